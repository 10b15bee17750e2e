"""Datastores: containers of the service's storage account, under the names that references use."""

import re
from urllib.parse import urlsplit

from shared.domain.errors import InvalidRequest
from shared.domain.message import NO_TAGS, Message, Tags

DEFAULT_STORE, ARTIFACT_STORE = "workspaceblobstore", "workspaceartifactstore"
"""The names that the official client takes for given: uploads go to the first."""
ARTIFACT_CONTAINER = "azureml"
ENDPOINT_SUFFIX = "core.windows.net"

# What the service, the Functions host and its Durable extension keep in the same account.
_INTERNAL = re.compile(
    r"batch-.*|azure-webjobs-.*|app-package-.*|scm-releases|\$.*|.*-(leases|largemessages|applease)"
)


class Datastore(Message):
    """A container with a name. Whose credentials were sent along is not kept: they are secrets."""

    name: str
    container: str
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS

    def replacing(self, old: "Datastore") -> "Datastore":
        """Stand in for an old one, under its name as it was spelled first."""
        return self.model_copy(update={"name": old.name})


class StorageAccount(Message):
    """The one storage account: `url` is what its blob URLs begin with.

    In Azure the account's name is in the host; an emulator has it as the path's first segment.
    """

    url: str

    @property
    def protocol(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """The `accountName` of a datastore.

        The official client makes `https://{accountName}.blob.core.windows.net` of it, always. Where
        the account is elsewhere, a `#` at the name's end makes the rest of that a mere fragment.
        """
        host, suffix = self._host
        return host if suffix else f"{self._address}#"

    @property
    def endpoint(self) -> str:
        return self._host[1] or ENDPOINT_SUFFIX

    def is_called(self, name: str, endpoint: str) -> bool:
        """Whether a client that says so means this account, in any of its spellings."""
        host, suffix = self._host
        asked = name.rstrip("#?/").lower()
        if not suffix:
            path = urlsplit(self.url).path.strip("/").lower()
            return asked in {self._address, *filter(None, [path])}
        if asked == self._address:
            return True
        return asked == host and endpoint.lower() in {"", suffix}

    @property
    def _address(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path.rstrip('/')}".lower()

    @property
    def _host(self) -> tuple[str, str]:
        """The account's name and its endpoint suffix; no suffix when the URL is not Azure's."""
        host, _, suffix = self._address.partition(".blob.")
        return (host, suffix) if "/" not in suffix else (self._address, "")


def is_internal(container: str) -> bool:
    """Whether it is the service's own: no reference and no SAS may lead there."""
    return _INTERNAL.fullmatch(container.lower()) is not None


def check_open(container: str, *, target: str) -> str:
    """The container, unless it is internal: then raises InvalidRequest."""
    if is_internal(container):
        raise InvalidRequest(
            f"The container '{container}' is the service's own.",
            fix="Use another container, such as the default datastore's.",
            target=target,
        )
    return container
