"""Signed links to a job's files: listed once, and again when one of them has expired."""

from collections.abc import Callable, Iterable
from threading import Lock

from cli.errors import ResourceNotFound


class Links:
    """Thread-safe. `list_anew` gives each file's name and its new link."""

    def __init__(
        self, listed: Iterable[tuple[str, str]], list_anew: Callable[[], Iterable[tuple[str, str]]]
    ) -> None:
        self._urls = dict(listed)
        self._list_anew = list_anew
        self._lock = Lock()

    def give(self, name: str, refused: str) -> str:
        """A link to the file, another than the one that was refused; '': none was yet."""
        with self._lock:
            if refused and self._urls.get(name) == refused:
                self._urls = dict(self._list_anew())
            if name not in self._urls:
                raise ResourceNotFound(f"The job has no file '{name}' any more.")
            return self._urls[name]
