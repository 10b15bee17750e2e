"""One storage account and the two clients that reach it.

obstore moves bytes and Microsoft's client does the rest: for a small blob, obstore costs
a tenth of the CPU (0.1 ms against 1.0 ms), without the interpreter's lock while it waits.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import get_default_verify_paths
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient, LinearRetry
from obstore.store import AzureStore
from requests import Session
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore.store import (
        AzureBearerToken,
        AzureConfig,
        AzureCredential,
        AzureCredentialProvider,
        ClientConfig,
        RetryConfig,
    )

SCOPE = "https://storage.azure.com/.default"
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
"""Without a byte from the store."""
WHOLE_ANSWER_LIMIT = timedelta(hours=6)
"""obstore would end any download after 30 s; the read timeout already catches a silent store."""
PIECE = 8 << 20
"""Bytes that Microsoft's client holds of one download."""
CONNECTIONS = 64
"""Kept by Microsoft's client: more threads than a worker scores with."""

PATIENT: "RetryConfig" = {
    "max_retries": 8,
    "backoff": {
        "init_backoff": timedelta(milliseconds=200),
        "max_backoff": timedelta(seconds=2),
        "base": 2,
    },
    "retry_timeout": timedelta(seconds=10),
}
"""A hiccup is bridged here; beyond that, the orchestration's retry policy decides."""
ONCE: "RetryConfig" = {"max_retries": 0}
"""For conditional writes: a repeat after a lost answer would meet its own success."""


class AzureAccount:
    """The clients of one account. Made without touching the network, shared by all threads."""

    def __init__(
        self,
        service: BlobServiceClient,
        config: "AzureConfig",
        credential_provider: "AzureCredentialProvider | None" = None,
    ) -> None:
        self.service = service
        self._config = config
        self._credential_provider = credential_provider
        self._stores: dict[tuple[str, bool], AzureStore] = {}
        self._lock = Lock()

    @classmethod
    def from_connection_string(cls, text: str) -> Self:
        service = BlobServiceClient.from_connection_string(text, **_client_options())
        fields = dict(part.split("=", 1) for part in text.strip().strip(";").split(";"))
        secrets = {name.lower(): value for name, value in fields.items()}
        if secrets.get("usedevelopmentstorage") == "true":
            return cls(service, {"use_emulator": True})
        return cls(service, _config(service, secrets.get("accountname", "")), _secret(secrets))

    @classmethod
    def from_account(cls, url: str, credential: TokenCredential) -> Self:
        service = BlobServiceClient(url, credential, **_client_options())
        return cls(service, _config(service), _identity(credential))

    @classmethod
    def from_public(cls, url: str) -> Self:
        """Without any credential: what everybody may read."""
        service = BlobServiceClient(url, **_client_options())
        config = _config(service)
        config["skip_signature"] = True
        return cls(service, config)

    @property
    def url(self) -> str:
        """What the account's blob URLs begin with: never with the signature it is reached by."""
        return self.service.url.partition("?")[0].rstrip("/")

    def store(self, container: str, *, is_tried_once: bool = False) -> AzureStore:
        with self._lock:
            key = (container, is_tried_once)
            if key not in self._stores:
                self._stores[key] = self._connect(container, ONCE if is_tried_once else PATIENT)
            return self._stores[key]

    def close(self) -> None:
        self.service.close()
        with self._lock:
            self._stores.clear()

    def _connect(self, container: str, retries: "RetryConfig") -> AzureStore:
        return AzureStore(
            container,
            config=self._config,
            client_options=_limits(),
            retry_config=retries,
            credential_provider=self._credential_provider,
        )


def _limits() -> "ClientConfig":
    limits: ClientConfig = {
        "allow_http": True,  # the emulator; an account in Azure answers https only
        "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
        "read_timeout": timedelta(seconds=READ_TIMEOUT_S),
        "timeout": WHOLE_ANSWER_LIMIT,
    }
    if own_authorities := get_default_verify_paths().cafile:  # obstore ignores SSL_CERT_FILE
        limits["root_certificate"] = Path(own_authorities).read_bytes()
    return limits


def _config(service: BlobServiceClient, account_name: str = "") -> "AzureConfig":
    """Said in full: obstore fills what is left out from AZURE_... variables of the environment."""
    url = urlsplit(service.url)
    return {
        "account_name": account_name or service.account_name or "",
        "endpoint": f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}",
        "use_emulator": False,
        "skip_signature": False,
        "use_fabric_endpoint": False,
    }


def _client_options() -> dict[str, Any]:
    return {
        "transport": _transport(),
        "retry_policy": _retries(),
        "max_single_get_size": PIECE,
        "max_chunk_get_size": PIECE,
    }


def _transport() -> RequestsTransport:
    session = Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
    return RequestsTransport(
        session=session,
        connection_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
    )


class _Retries(LinearRetry):
    """Hands the answer of every try to a request's `raw_response_hook`.

    Microsoft's own forgets the hook when the connection breaks: what came at the next try would
    never be told.
    """

    def send(self, request: Any) -> Any:
        if hook := request.context.options.pop("raw_response_hook", None):
            request.context["response_callback"] = hook
        return super().send(request)  # type: ignore[no-untyped-call]  # the client has no types there


def _retries() -> LinearRetry:
    """At most four, about a second apart; `retry_read` counts double in this client."""
    return _Retries(
        backoff=1,
        random_jitter_range=1,
        retry_total=4,
        retry_connect=4,
        retry_status=4,
        retry_read=4,
    )


def _secret(settings: Mapping[str, str]) -> "Callable[[], AzureCredential]":
    """As a provider, because that goes before any credential in the environment."""
    credential: AzureCredential
    if "accountkey" in settings:
        credential = {"access_key": settings["accountkey"], "expires_at": None}
    else:
        signature = settings.get("sharedaccesssignature", "").lstrip("?")
        credential = {"sas_token": signature, "expires_at": None}
    return lambda: credential


def _identity(credential: TokenCredential) -> "Callable[[], AzureBearerToken]":
    def token() -> "AzureBearerToken":
        access = credential.get_token(SCOPE)
        return {
            "token": access.token,
            "expires_at": datetime.fromtimestamp(access.expires_on, UTC),
        }

    return token
