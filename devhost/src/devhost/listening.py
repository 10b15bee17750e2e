"""The socket that the host listens on."""

import errno
import socket

from devhost.host_errors import CannotServe

BACKLOG = 512


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; CannotServe when the port is taken or not ours to take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(
                f"Port {port} is in use.",
                fix="Stop the process that uses it, or choose another port with --port.",
            ) from error
        raise CannotServe(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            fix="Choose another address with --host and --port.",
        ) from error
    return listener


def base_url(host: str, port: int, *, is_tls: bool) -> str:
    """`http(s)://localhost:<port>` for the local addresses, as the real host calls itself."""
    local = host in {"127.0.0.1", "0.0.0.0", "localhost"}  # noqa: S104  # compared, not bound
    name = "localhost" if local else f"[{host}]" if ":" in host else host
    return f"{'https' if is_tls else 'http'}://{name}:{port}"
