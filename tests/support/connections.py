"""What this process connects to: seen by the interpreter itself, whoever asks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_watched: list[list[tuple[str, int]]] = []


def _see(event: str, given: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watched and isinstance(given[1], tuple):
        where = (str(given[1][0]), int(given[1][1]))
        _watched[-1].append(where)
        raise ConnectionRefusedError(f"The test lets nobody connect to {where}.")


@contextmanager
def refusing_connections() -> Iterator[list[tuple[str, int]]]:
    """Where somebody wanted to connect to, meanwhile; nobody gets there."""
    if not hasattr(_see, "is_set"):
        sys.addaudithook(_see)  # there is no way to take it back
        _see.is_set = True  # type: ignore[attr-defined]
    _watched.append([])
    try:
        yield _watched[-1]
    finally:
        _watched.pop()
