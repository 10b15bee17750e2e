"""Bytes to a host, and all that comes back."""

import contextlib
import socket

from devhost_tests.served import Served


def raw(host: Served, request: bytes) -> bytes:
    """Send bytes as they are; everything that comes back until the host closes or falls silent."""
    with socket.create_connection(("127.0.0.1", host.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                answer += chunk
        return answer
