"""Plays an orchestrator without a host: activities are functions, and their order is drawn.

Each play runs twice, and the second must make the same calls: determinism, tested on every use.
"""

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.message import JSON

type Answer = Callable[[JSON], JSON]
type Orchestrator = Callable[[Any], Generator[Any, Any, JSON]]
TIMER = "timer"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(eq=False)
class Step:
    """A task: what was called, and its result once it came back."""

    name: str
    given: JSON
    instance: str = ""
    is_complete: bool = False
    _result: JSON = None
    failure: Exception | None = None

    @property
    def result(self) -> JSON:
        assert self.is_complete, f"{self.name} was read before it completed"
        if self.failure is not None:
            raise self.failure
        return self._result


@dataclass
class AnyOf:
    steps: list[Step]


@dataclass
class Call:
    name: str
    given: JSON
    retried: bool


@dataclass
class Rehearsal:
    """What the world answers, and a log of what was asked of it."""

    activities: Mapping[str, Answer]
    orchestrators: Mapping[str, Orchestrator] = field(default_factory=dict[str, Orchestrator])
    seed: int = 0
    calls: list[Call] = field(default_factory=list[Call])
    statuses: list[JSON] = field(default_factory=list[JSON])
    most_in_flight: int = 0

    def payloads(self, name: str) -> list[JSON]:
        return [call.given for call in self.calls if call.name == name]


class Context:
    """What the SDK gives an orchestrator, as far as ours use it."""

    def __init__(
        self, rehearsal: Rehearsal, given: JSON, script: random.Random, instance: str
    ) -> None:
        self.instance_id = instance
        self._rehearsal = rehearsal
        self._given = given
        self._script = script
        self.built_environment: list[tuple[str, JSON]] = []
        self.continued_with: JSON = None
        self.current_utc_datetime = NOON
        self.is_replaying = False

    def get_input(self) -> JSON:
        return self._given

    def call_activity_with_retry(self, name: str, retry: Any, given: JSON = None) -> Step:
        assert retry.max_number_of_attempts > 1
        return self._made(Call(name, given, retried=True))

    def call_sub_orchestrator(self, name: str, given: JSON, instance_id: str) -> Step:
        assert instance_id
        return self._made(Call(name, given, retried=False), instance_id)

    def create_timer(self, fire_at: datetime) -> Step:
        """It fires when it is waited for; an activity `timer` is given the seconds."""
        seconds = (fire_at - self.current_utc_datetime).total_seconds()
        return self._made(Call(TIMER, seconds, retried=False))

    def _made(self, call: Call, instance: str = "") -> Step:
        self._rehearsal.calls.append(call)
        self.built_environment.append((call.name, call.given))
        return Step(call.name, call.given, instance)

    def task_any(self, steps: list[Step]) -> AnyOf:
        self._rehearsal.most_in_flight = max(self._rehearsal.most_in_flight, len(steps))
        return AnyOf(steps)

    def set_custom_status(self, status: JSON) -> None:
        self._rehearsal.statuses.append(status)

    def continue_as_new(self, given: JSON) -> None:
        self.continued_with = given

    def complete(self, step: Step) -> Step:
        """Carry the step out, now."""
        if not step.is_complete:
            step.is_complete = True
            try:
                step._result = self._answer(step)
            except Exception as failure:  # noqa: BLE001  # it is the orchestrator's to handle
                step.failure = failure
        return step

    def complete_one(self, steps: list[Step]) -> Step:
        done = [step for step in steps if step.is_complete]
        return self.complete(done[0] if done else self._script.choice(steps))

    def _answer(self, step: Step) -> JSON:
        if step.name == TIMER:
            self.current_utc_datetime += timedelta(seconds=step.given)
            act = self._rehearsal.activities.get(TIMER)
            return act(step.given) if act else None
        if step.name in self._rehearsal.orchestrators:
            orchestrator = self._rehearsal.orchestrators[step.name]
            return _run(orchestrator, self._rehearsal, step.given, self._script, step.instance)
        return self._rehearsal.activities[step.name](step.given)


def play(orchestrator: Orchestrator, rehearsal: Rehearsal, given: JSON, instance: str) -> JSON:
    """The result of that instance; continues as new as often as it asks for."""
    script = random.Random(rehearsal.seed)  # noqa: S311
    return _run(orchestrator, rehearsal, given, script, instance)


def _run(
    orchestrator: Orchestrator,
    rehearsal: Rehearsal,
    given: JSON,
    script: random.Random,
    instance: str,
) -> JSON:
    while True:
        context = Context(rehearsal, given, script, instance)
        answers: list[tuple[Any, Exception | None]] = []
        result = _drive(orchestrator(context), context, answers)
        _replay(orchestrator, context, answers)
        if context.continued_with is None:
            return result
        given = context.continued_with


def _drive(
    state: Generator[Any, Any, JSON],
    context: Context,
    answers: list[tuple[Any, Exception | None]],
) -> JSON:
    try:
        waiting = next(state)
        while True:
            step = (
                context.complete_one(waiting.steps)
                if isinstance(waiting, AnyOf)
                else context.complete(waiting)
            )
            position = waiting.steps.index(step) if isinstance(waiting, AnyOf) else None
            answers.append(((position, step._result), step.failure))
            if isinstance(waiting, AnyOf):
                waiting = state.send(step)
            elif step.failure is not None:
                waiting = state.throw(step.failure)
            else:
                waiting = state.send(step.result)
    except StopIteration as end:
        return end.value


def _replay(
    orchestrator: Orchestrator,
    first: Context,
    answers: list[tuple[Any, Exception | None]],
) -> None:
    """Run again on the recorded answers: the same calls, in the same order."""
    script = random.Random(0)  # noqa: S311
    context = Context(Rehearsal(activities={}), first.get_input(), script, first.instance_id)
    state = orchestrator(context)
    waiting = next(state, None)
    for (position, result), failure in answers:
        try:
            if isinstance(waiting, AnyOf):
                step = waiting.steps[position]
                step.is_complete, step._result, step.failure = True, result, failure
                waiting = state.send(step)
            else:
                waiting = state.throw(failure) if failure else state.send(result)
        except StopIteration:
            break
    assert first.built_environment == context.built_environment, (
        "a replay must make the calls of the first run"
    )


def undecorated(function: Any) -> Orchestrator:
    """The generator function behind a registered orchestrator."""
    orchestrator: Orchestrator = function._function._func.orchestrator_function
    return orchestrator
