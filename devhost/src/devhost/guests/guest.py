"""One guest, seen from the host that has the hub."""

import asyncio
import itertools
from collections import defaultdict

from devhost.durable_functions import ActivityResult
from devhost.guests.messages import (
    ActivityEnded,
    Join,
    KillWorker,
    Leave,
    RunActivity,
    receive,
    send,
)

_CLAIM_S = 15.0  # so long is kept what a guest ran for an earlier host of the hub

type _Result = asyncio.Future[ActivityResult | None]


class Guest:
    """Runs activities until its connection ends; what ran then has no result."""

    def __init__(self, joined: Join, writer: asyncio.StreamWriter) -> None:
        self.process = joined.process
        self.port = joined.port
        self.limit = joined.limit
        self.is_leaving = False
        self._writer = writer
        self._numbers = itertools.count(1 + max((number for number, *_ in joined.open), default=0))
        self._waiting: dict[int, _Result] = {}
        self._left_over: defaultdict[tuple[str, str | None], list[_Result]] = defaultdict(list)
        for number, name, activity_input in joined.open:
            self._left_over[name, activity_input].append(self._expect(number))
        asyncio.get_running_loop().call_later(_CLAIM_S, self._left_over.clear)

    @property
    def load(self) -> int:
        """How many activities run in it now."""
        return len(self._waiting)

    async def act(self, name: str, activity_input: str | None) -> ActivityResult | None:
        """None: it is gone, and somebody else must run it."""
        number = next(self._numbers)
        result = self._expect(number)
        send(self._writer, RunActivity(number, name, activity_input))
        return await result

    def left_over(self, name: str, activity_input: str | None) -> _Result | None:
        """The result of such an activity that it began for an earlier host; once."""
        left = self._left_over.get((name, activity_input))
        return left.pop() if left else None

    def kill_worker(self) -> bool:
        if not self._waiting:
            return False
        send(self._writer, KillWorker())
        return True

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Take results until the connection ends."""
        try:
            while True:
                message = await receive(reader)
                if isinstance(message, ActivityEnded):
                    self._settle(self._waiting.pop(message.number), message.result)
                elif isinstance(message, Leave):
                    self.is_leaving = True
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.is_leaving = True
            for result in self._waiting.values():
                self._settle(result, None)
            self._waiting.clear()
            self._writer.close()

    def _expect(self, number: int) -> _Result:
        result: _Result = asyncio.get_running_loop().create_future()
        self._waiting[number] = result
        return result

    @staticmethod
    def _settle(waiting: _Result, result: ActivityResult | None) -> None:
        if not waiting.done():
            waiting.set_result(result)
