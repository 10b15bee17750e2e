"""Messages that are not due yet, and the one alarm for the next of them."""

import asyncio
import heapq
from collections.abc import Callable

from devhost.durable.records import InboxMessage
from devhost.durable.wire_format import EngineClock

# The loop's clock may stand still while the machine sleeps: look at the real one this often.
_LONGEST_NAP_S = 30.0
_PRUNE_FROM = 4096  # entries; timers of instances that ended are thrown out in bulk


class DurableTimers:
    def __init__(
        self,
        clock: EngineClock,
        deliver: Callable[[InboxMessage], None],
        is_current: Callable[[InboxMessage], bool],
    ) -> None:
        self._clock = clock
        self._deliver = deliver
        self._is_current = is_current
        self._heap: list[tuple[int, int, InboxMessage]] = []
        self._prune_at = _PRUNE_FROM
        self._alarm: asyncio.TimerHandle | None = None

    def add(self, message: InboxMessage) -> None:
        heapq.heappush(self._heap, (message.due, message.seq, message))
        if len(self._heap) >= self._prune_at:
            self._prune()
        if self._heap and self._heap[0][2] is message:
            self._set_alarm()

    def stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._heap.clear()

    def _ring(self) -> None:
        self._alarm = None
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            self._deliver(heapq.heappop(self._heap)[2])
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._heap:
            wait_s = (self._heap[0][0] - self._clock.now()) / 1e6
            nap_s = min(max(wait_s, 0.0), _LONGEST_NAP_S)
            self._alarm = asyncio.get_running_loop().call_later(nap_s, self._ring)

    def _prune(self) -> None:
        self._heap = [entry for entry in self._heap if self._is_current(entry[2])]
        heapq.heapify(self._heap)
        self._prune_at = max(_PRUNE_FROM, 2 * len(self._heap))
