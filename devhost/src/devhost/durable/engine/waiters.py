"""Clients that wait for an instance to reach a status."""

import asyncio


class Waiters:
    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def change(self, instance_id: str) -> asyncio.Future[None]:
        """Done at the next change of the instance's status."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(instance_id, set()).add(future)
        return future

    def forget(self, instance_id: str, future: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(instance_id, set())
        waiting.discard(future)
        if not waiting:
            self._waiting.pop(instance_id, None)

    def notify(self, instance_id: str) -> None:
        for future in self._waiting.pop(instance_id, ()):
            if not future.done():
                future.set_result(None)
