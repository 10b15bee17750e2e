"""Connections to servers that clients named: to an address that was judged, and to no other."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer

from shared.adapters.address_guard import Destination


@dataclass
class Limit:
    """A time limit that ends a call however slowly the other side drips its answer."""

    seconds: float
    is_over: bool = False
    _sockets: list[socket.socket] = field(default_factory=list[socket.socket])

    def hold(self, own: socket.socket) -> None:
        self._sockets.append(own)
        own.settimeout(self.seconds)
        if self.is_over:
            self._end()

    @contextmanager
    def running(self) -> Iterator[None]:
        timer = Timer(self.seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except TimeoutError:
            self.is_over = True
            raise
        finally:
            timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        for own in self._sockets:
            with suppress(OSError):
                socket.socket.shutdown(own, socket.SHUT_RDWR)  # TLS's own would not be thread-safe


def connect(destination: Destination, trust: ssl.SSLContext, limit: Limit) -> socket.socket:
    """To the first of the judged addresses that takes the call."""
    failure: OSError = ConnectionError("no address")
    for address in destination.addresses:
        try:
            plain = socket.create_connection((address, destination.port), limit.seconds)
        except OSError as refused:
            failure = refused
            continue
        limit.hold(plain)
        return _secured(plain, destination, trust, limit) if destination.is_tls else plain
    raise failure


def words_of(failure: Exception) -> str:
    """One line, without what the other side may have put there."""
    text = failure.strerror if isinstance(failure, OSError) and failure.strerror else ""
    if isinstance(failure, ssl.SSLCertVerificationError):
        text = failure.verify_message
    return (text or type(failure).__name__).splitlines()[0][:200].rstrip(".")


def _secured(
    plain: socket.socket, destination: Destination, trust: ssl.SSLContext, limit: Limit
) -> ssl.SSLSocket:
    """The certificate has to name the host, whatever address it was found at."""
    secure = trust.wrap_socket(
        plain, server_hostname=destination.host, do_handshake_on_connect=False
    )
    limit.hold(secure)
    try:
        secure.do_handshake()
    except OSError:
        secure.close()
        raise
    return secure
