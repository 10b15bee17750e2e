"""Waiting without guessing how long: ask again until the answer is true, or fail by a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

DEADLINE_S = 20.0
IN_PROCESS_S = 10.0
POLL_S = 0.01


def until[T](
    ask: Callable[[], T | None],
    what: str,
    deadline_s: float = DEADLINE_S,
    is_hopeless: Callable[[], bool] = lambda: False,
    details: Callable[[], str] = str,
) -> T:
    """The first true answer. `details` are for the failure, which comes early if it is hopeless."""
    for _ in _polls(deadline_s):
        if answer := ask():
            return answer
        if is_hopeless():
            break
        time.sleep(POLL_S)
    raise AssertionError(f"not seen: {what}\n{details()}")


async def until_awaited[T](ask: Callable[[], Awaitable[T]], deadline_s: float = IN_PROCESS_S) -> T:
    """The same for a question that takes a while; the last answer is in the failure."""
    answer = None
    for _ in _polls(deadline_s):
        if answer := await ask():
            return answer
        await asyncio.sleep(POLL_S)
    raise AssertionError(f"Not within {deadline_s} s; the last answer was {answer!r}.")


def _polls(deadline_s: float) -> Iterator[None]:
    """One for each try, and the first in any case."""
    deadline = time.monotonic() + deadline_s
    yield
    while time.monotonic() < deadline:
        yield
