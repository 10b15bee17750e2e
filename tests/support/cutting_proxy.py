"""A TCP proxy that cuts connections, and counts what went through it."""

import select
import socket
import struct
import threading
from contextlib import suppress

PIECE = 1 << 16
RESET = struct.pack("ii", 1, 0)
"""Of SO_LINGER: the connection ends as a broken one does, not as a closed one."""


class CuttingProxy:
    """`cuts_up`: of so many new connections, each is cut once so many bytes went up through it.

    `cuts_down` are the same for what comes down.
    """

    def __init__(self, port: int) -> None:
        self.cuts_up = list[int]()
        self.cuts_down = list[int]()
        self.bytes_up = 0
        self.puts = 0
        self._target = ("127.0.0.1", port)
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Both directions, until one ends or is cut."""
        with client, socket.create_connection(self._target) as store, suppress(OSError):
            left = {client: self._limit(self.cuts_up), store: self._limit(self.cuts_down)}
            while True:
                for source in select.select([client, store], [], [])[0]:
                    data = source.recv(PIECE)
                    if not data:
                        return
                    if source is client:
                        self._count(data)
                    left[source] -= len(data)
                    if left[source] < 0:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                        return
                    (store if source is client else client).sendall(data)

    def _limit(self, cuts: list[int]) -> float:
        with self._lock:
            return cuts.pop() if cuts else float("inf")

    def _count(self, data: bytes) -> None:
        with self._lock:
            self.bytes_up += len(data)
            self.puts += data.count(b"PUT /")
