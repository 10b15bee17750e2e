"""Keeps the parts of the stack up: starts again what dies, and gives up on what does not stay."""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Protocol

from local.child_process import describe_exit
from local.stack_errors import GaveUp

DEATHS = 5
DEATHS_WITHIN_S = 30.0
"""So often without having answered in between is no accident any more."""

START_LIMIT_S = 300.0
"""A host with a long history to load from a cold disk needs less."""


class WatchedProcess(Protocol):
    """A process of the stack that can be started again."""

    @property
    def name(self) -> str: ...

    @property
    def pid(self) -> int: ...

    @property
    def exit_code(self) -> int | None: ...

    @property
    def last_output(self) -> str: ...

    def restart(self) -> None: ...


class ProcessWatch:
    """`check()` is called a few times per second.

    `is_ready` says whether the whole stack answers; `on_ready` is called once per start, with
    the number of starts so far.
    """

    def __init__(
        self,
        parts: Sequence[WatchedProcess],
        *,
        is_ready: Callable[[], bool],
        on_ready: Callable[[int], None],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._is_ready = is_ready
        self._on_ready = on_ready
        self._say = say
        self._clock = clock
        self._deaths: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=DEATHS))
        self._started = clock()
        self._starts = 0
        self._answers = False

    def check(self) -> None:
        for part in self._parts:
            if part.exit_code is not None:
                self._restart(part, part.exit_code)
        if not self._answers:
            self._check_ready()

    def _restart(self, part: WatchedProcess, exit_code: int) -> None:
        story = f"{part.name} (process {part.pid}) {describe_exit(exit_code)}"
        self._deaths[part.name].append(self._clock())
        if exit_code >= 0 and not self._starts:
            raise GaveUp(f"{story} before it was ready. It said last:\n{part.last_output}")
        if self._dies_too_often(part.name):
            raise GaveUp(
                f"{story}, for the {DEATHS}th time in {DEATHS_WITHIN_S:.0f} s. "
                f"It said last:\n{part.last_output}"
            )
        self._say(f"{story}. Starting it again.")
        part.restart()
        self._started = self._clock()
        self._answers = False

    def _dies_too_often(self, name: str) -> bool:
        deaths = self._deaths[name]
        return len(deaths) == DEATHS and deaths[-1] - deaths[0] <= DEATHS_WITHIN_S

    def _check_ready(self) -> None:
        if self._is_ready():
            self._answers = True
            self._deaths.clear()
            self._starts += 1
            self._on_ready(self._starts)
        elif self._clock() - self._started > START_LIMIT_S:
            raise GaveUp(
                f"The host does not answer after {START_LIMIT_S:.0f} s. It said last:\n"
                f"{self._parts[-1].last_output}"
            )
