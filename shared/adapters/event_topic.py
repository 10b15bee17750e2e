"""The Event Grid topic of the settings, by its key or the app's managed identity."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError

from shared.outbound import Outbound, PostAnswer, PostFailed

SCOPE = "https://eventgrid.azure.net/.default"
API_VERSION = "2018-01-01"
KEY_HEADER = "aeg-sas-key"

type Credential = Any
"""One of azure-identity's."""


@dataclass(frozen=True)
class EventTopic:
    """The topic is the operator's choice: it may have a private address."""

    endpoint: str
    key: str
    outbound: Outbound
    credential: Callable[[], Credential]

    @property
    def is_set(self) -> bool:
        return bool(self.endpoint)

    def post(self, body: bytes, media_type: str, *, limit_s: float) -> PostAnswer:
        """Raises PostFailed."""
        headers = {"Content-Type": f"{media_type}; charset=utf-8", **self._access()}
        url = self.endpoint
        if "api-version=" not in url:
            url += f"{'&' if '?' in url else '?'}api-version={API_VERSION}"
        return self.outbound.post(url, body, headers, limit_s=limit_s)

    def _access(self) -> dict[str, str]:
        if self.key:
            return {KEY_HEADER: self.key}
        try:
            token = self.credential().get_token(SCOPE).token
        except AzureError as failure:  # its text may hold more than it should
            raise PostFailed(f"No token for Event Grid: {type(failure).__name__}.") from None
        return {"Authorization": f"Bearer {token}"}
