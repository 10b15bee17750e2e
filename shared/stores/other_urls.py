"""URLs outside the service's own account: where they lead, and the signatures they came with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs

from shared.domain import place
from shared.domain.datastore import check_open
from shared.domain.errors import InvalidRequest
from shared.domain.reference import BlobUrl
from shared.domain.resolved_deployment import Location
from shared.domain.storage_hosts import StorageHosts
from shared.stores.signatures import Signatures


class Check(Protocol):
    def __call__(self, url: str, *, target: str) -> None:
        """Raise InvalidRequest for an address that could never be called."""


@dataclass(frozen=True)
class OtherUrls:
    """Thread-safe. `seal` closes a secret, `check` judges the address of a web server.

    `web_hosts` are the web servers that files may come from; without one, all public ones.
    """

    signatures: Signatures
    hosts: StorageHosts
    web_hosts: tuple[str, ...]
    seal: Callable[[str], str]
    check: Check

    def locate(self, url: BlobUrl, *, target: str) -> Location:
        """Raises InvalidRequest for what the service does not read."""
        if not self.hosts.is_storage(url.host):
            return self._locate_file(url, target)
        account, rest = self.hosts.account_of(url)
        container, _, path = rest.partition("/")
        if not container:
            raise InvalidRequest(
                f"'{url}' names a storage account, and no container.",
                fix=f"Write {account}/<container>/<path>.",
                target=target,
            )
        is_signed = "sig" in parse_qs(url.query)
        if not is_signed and url.host in self.hosts.by_identity:
            check_open(container, target=target)
        key = self._keep(url) if is_signed else ""
        return Location(container=place.of_url(f"{account}/{container}", key), path=path.strip("/"))

    def hold(self, location: Location, job: str) -> None:
        """Note that a job needs what opens its input; to be called before there is the job."""
        _, key = place.signature_of(location.container)
        if key:
            self.signatures.use(key, job)

    def _locate_file(self, url: BlobUrl, target: str) -> Location:
        self.check(f"{url.scheme}://{url.host}/", target=target)
        if self.web_hosts and url.host not in self.web_hosts:
            raise InvalidRequest(
                f"The service reads no files of '{url.host}'.",
                fix=f"Use one of: {', '.join(self.web_hosts)}; or copy the file to a datastore.",
                target=target,
            )
        path = url.path.strip("/")
        if not path or url.path.endswith("/"):
            raise InvalidRequest(
                f"'{url}' names no file, and a web server lists none.",
                fix="Name a file, or a folder in a storage account.",
                target=target,
            )
        key = self._keep(url) if url.query else ""
        return Location(container=place.of_url(f"{url.scheme}://{url.host}", key), path=path)

    def _keep(self, url: BlobUrl) -> str:
        return self.signatures.keep(url.host, url.query, self.seal)
