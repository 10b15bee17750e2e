"""Azure for a test: a storage account under its true name, which a proxy of the test leads to.

Clients look no name up: they ask the proxy for a tunnel, and meet a certificate for the name there.
"""

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient, generate_blob_sas, generate_container_sas

from devhost.tls.certificates import Certificates
from local.azurite import Azurite
from tests.support.certificates import make_certificates

ACCOUNT = "cellarlake"
HOST = f"{ACCOUNT}.blob.core.windows.net"
PIECE = 1 << 16
_CONNECT = re.compile(rb"CONNECT ([^ :]+):443 HTTP/1\.1\r\n")
_OPEN, _NO_SUCH_NAME = b"HTTP/1.1 200 Open\r\n\r\n", b"HTTP/1.1 502 No such name\r\n\r\n"


@dataclass
class AzureCloud:
    """`asked` are the names that a tunnel was wanted to."""

    azurite: Azurite
    client: BlobServiceClient
    asked: list[str] = field(default_factory=list[str])

    def fill(self, container: str, *names: str, public: bool = False) -> None:
        """A container, and in each of these files its own name."""
        self.client.create_container(container, public_access="container" if public else None)
        for name in names:
            self.client.get_blob_client(container, name).upload_blob(name.encode())

    def sas(self, container: str, blob: str = "", permission: str = "rl") -> str:
        """For the container, or for one blob in it."""
        until = datetime.now(UTC) + timedelta(hours=1)
        if blob:
            return generate_blob_sas(
                ACCOUNT,
                container,
                blob,
                account_key=self.azurite.key,
                permission="r",
                expiry=until,
            )
        return generate_container_sas(
            ACCOUNT, container, account_key=self.azurite.key, permission=permission, expiry=until
        )


@contextmanager
def azure_cloud(folder: Path) -> Iterator[AzureCloud]:
    """For all clients of this process, until it ends; tokens are read there, and not verified."""
    make_certificates(folder, HOST)
    served = Certificates(folder)
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name in [name for name in os.environ if name.startswith("AZURE_")]:
            environment.delenv(name)
        environment.setenv("SSL_CERT_FILE", str(served.authority))
        environment.setenv("REQUESTS_CA_BUNDLE", str(served.authority))
        azurite = stack.enter_context(
            Azurite(certificates=served, account=ACCOUNT, options=("--oauth=basic",))
        )
        client = BlobServiceClient.from_connection_string(azurite.connection_string)
        cloud = AzureCloud(azurite, stack.enter_context(client))
        proxy = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        environment.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        environment.setenv("NO_PROXY", "127.0.0.1")
        threading.Thread(target=_accept, args=(proxy, cloud), daemon=True).start()
        stack.callback(proxy.shutdown, socket.SHUT_RDWR)
        yield cloud


def _accept(proxy: socket.socket, cloud: AzureCloud) -> None:
    with suppress(OSError):
        while True:
            client, _ = proxy.accept()
            threading.Thread(target=_serve, args=(client, cloud), daemon=True).start()


def _serve(client: socket.socket, cloud: AzureCloud) -> None:
    with client, suppress(OSError):
        asked = _CONNECT.match(client.recv(PIECE))
        name = asked[1].decode() if asked else ""
        cloud.asked.append(name)
        if name != HOST:
            client.sendall(_NO_SUCH_NAME)
            return
        with socket.create_connection(("127.0.0.1", cloud.azurite.ports.blob)) as store:
            client.sendall(_OPEN)
            up = threading.Thread(target=_carry, args=(client, store), daemon=True)
            up.start()
            _carry(store, client)
            up.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(PIECE):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
