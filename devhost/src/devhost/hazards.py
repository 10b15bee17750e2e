"""Hazards: on request, the local host does to an app what the real one may do to it.

Each is drawn from the seed, the function, its input and how often that came: the same run has
the same hazards whatever the order in which things happen. Every one is logged.
"""

import asyncio
import logging
import random
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from devhost.durable_functions import ActivityFailure, ActivityResult, DurableFunctions
from devhost.hazards_of_turns import shift_timers, stalls
from devhost.worker.function_invocation import WORKER_DIED

log = logging.getLogger(__name__)

# How often each happens, of 1, unless the command line says otherwise.
RATES: Mapping[str, float] = {
    "twins": 0.1,  # an activity runs a second time, and may end after its instance
    "worker-death": 0.05,  # a worker dies while an activity runs: it fails, done or not
    "delays": 0.2,  # a pause between schedule and start
    "timers": 0.5,  # timers come early or late
    "failure-texts": 1.0,  # a failure of 32 kB or more never completes
    "lost-events": 0.2,  # the event of a blob trigger never comes
    "double-events": 0.2,  # it comes again
    "late-events": 0.2,  # it comes late, and out of order
}
LATEST_TWIN_S = 5.0
LONGEST_DELAY_S = 2.0
LATEST_DEATH_S = 0.5
EARLIEST_TIMER_S, LATEST_TIMER_S = -1.0, 3.0


def parse_hazards(text: str) -> Mapping[str, float]:
    """`twins,delays=0.5` to the rate of each."""
    rates = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, rate = part.partition("=")
        if name not in RATES or not _is_rate(rate or "1"):
            raise ArgumentTypeError(
                f"'{part}' is not a hazard. "
                f"Use {', '.join(RATES)}; '=0.5' behind one is how often of 1 it happens."
            )
        rates[name] = float(rate) if rate else RATES[name]
    return rates


def _is_rate(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


@dataclass(frozen=True)
class Draw:
    """The fate of one call: its own random numbers."""

    rates: Mapping[str, float]
    seed: str
    pace: float

    def has(self, hazard: str) -> bool:
        return self._random(hazard, "whether") < self.rates.get(hazard, 0)

    def seconds(self, hazard: str, least: float, most: float) -> float:
        return self.pace * (least + (most - least) * self._random(hazard, "how long"))

    def _random(self, *about: str) -> float:
        return random.Random(" ".join((self.seed, *about))).random()  # noqa: S311  # not for secrets


class HazardousFunctions:
    """The app's durable functions, with hazards around them. `pace` stretches all their times."""

    def __init__(
        self,
        functions: DurableFunctions,
        rates: Mapping[str, float],
        seed: int,
        kill_worker: Callable[[], bool],
        pace: float = 1.0,
    ) -> None:
        self._pace = pace
        self._functions = functions
        self._rates = rates
        self._seed = seed
        self._kill_worker = kill_worker
        self._seen: Counter[tuple[str, str | None]] = Counter()
        self._loose: set[asyncio.Task[Any]] = set()

    def has_orchestrator(self, name: str) -> bool:
        return self._functions.has_orchestrator(name)

    def has_activity(self, name: str) -> bool:
        return self._functions.has_activity(name)

    def has_entity(self, name: str) -> bool:
        return self._functions.has_entity(name)

    async def operate_entity(self, name: str, request: str) -> str:
        return await self._functions.operate_entity(name, request)

    async def orchestrate(self, name: str, request: str) -> str:
        draw = self._draw(name, request)
        response = await self._functions.orchestrate(name, request)
        if draw.has("timers"):
            shift_s = draw.seconds("timers", EARLIEST_TIMER_S, LATEST_TIMER_S)
            response = shift_timers(name, response, shift_s)
        return stalls(name, response) if draw.has("failure-texts") else response

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        draw = self._draw(name, activity_input)
        if draw.has("delays"):
            pause_s = draw.seconds("delays", 0, LONGEST_DELAY_S)
            log.warning("hazard: '%s' starts %.1f s late.", name, pause_s)
            await asyncio.sleep(pause_s)
        if draw.has("twins"):
            self._let_loose(self._twin(name, activity_input, draw))
        if draw.has("worker-death"):
            return await self._die(name, activity_input, draw)
        return await self._functions.act(name, activity_input)

    async def _twin(self, name: str, activity_input: str | None, draw: Draw) -> None:
        after_s = draw.seconds("twins", 0, LATEST_TWIN_S)
        log.warning("hazard: '%s' runs again in %.1f s.", name, after_s)
        await asyncio.sleep(after_s)
        await self._functions.act(name, activity_input)

    async def _die(self, name: str, activity_input: str | None, draw: Draw) -> ActivityResult:
        """Kill the worker; in the host's own threads, lose the result while the run goes on."""
        run = self._let_loose(self._functions.act(name, activity_input))
        await asyncio.wait((run,), timeout=draw.seconds("worker-death", 0, LATEST_DEATH_S))
        log.warning("hazard: the worker dies that runs '%s'.", name)
        if not run.done() and self._kill_worker():
            return await run
        text = f"Exception while executing function: Functions.{name}"
        return ActivityResult(failure=ActivityFailure(WORKER_DIED, text))

    def _draw(self, name: str, about: str | None) -> Draw:
        self._seen[name, about] += 1
        seed = f"{self._seed} {name} {about} {self._seen[name, about]}"
        return Draw(self._rates, seed, self._pace)

    def _let_loose[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._loose.add(task)
        task.add_done_callback(self._loose.discard)
        return task
