"""What the middle asks of servers elsewhere: addresses that clients named, and the event topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

REDIRECTS = 3  # the hundreds of their status codes


@dataclass(frozen=True)
class PostAnswer:
    """A server's answer. `headers` have lower-case names; its body is nobody's concern."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_redirect(self) -> bool:
        return self.status // 100 == REDIRECTS


class PostFailed(Exception):
    """Nothing answered, or the address is none that may be called; in words, without secrets."""


class PostBusy(Exception):
    """Too many calls are under way, in all or to that server: nothing was sent."""


class Outbound(Protocol):
    """Calls to addresses that clients named, and that may be nobody's business. Thread-safe."""

    def check(self, url: str, *, target: str) -> None:
        """Raises `InvalidRequest` for an address that could never be called, naming `target`.

        No name is looked up: that is done at each call.
        """
        ...

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, limit_s: float
    ) -> PostAnswer:
        """POST, and follow no redirect, within the limit for all of it.

        Raises `PostFailed`, or `PostBusy` without having sent anything.
        """
        ...


class Topic(Protocol):
    """The Event Grid topic that hears of every job. Thread-safe."""

    @property
    def is_set(self) -> bool: ...

    def post(self, body: bytes, media_type: str, *, limit_s: float) -> PostAnswer:
        """Raises `PostFailed` and `PostBusy`."""
        ...
