"""Runs the turns of orchestrators.

1. A message wakes its instance; completions of which more are coming wait a little, so that a
   long history is replayed for many of them at once.
2. A turn hands history and new messages to the orchestrator and reads what it decided.
3. One transaction commits all that follows; only then do memory and the other parts learn of it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.engine.actions import UnknownAction, decide
from devhost.durable.engine.activity_dispatcher import ActivityDispatcher
from devhost.durable.engine.slots import Slots
from devhost.durable.engine.waiters import Waiters
from devhost.durable.records import ENDINGS, InboxMessage, LiveInstance
from devhost.durable.storage.orchestrator_turns import OrchestratorTurn, TurnOutcome, commit_turn
from devhost.durable.storage.store import Store
from devhost.durable.turns import decision as decisions
from devhost.durable.turns.decision import Decision
from devhost.durable.turns.missing_function import MISSING, describe_missing
from devhost.durable.wire_format import EngineClock, orchestrator_request, orchestrator_response
from devhost.durable_functions import DurableFunctions

_log = logging.getLogger(__name__)

# A turn that the worker did not survive is tried again; then the instance fails with the reason.
_CRASHES = 5
_AFTER_CRASH_S = 0.05
_AFTER_STORE_ERROR_S = 1.0
# After a turn of d seconds completions wait d times this: half of the time goes to replays.
_REST = 1.0


class OrchestrationDispatcher:
    def __init__(
        self,
        functions: DurableFunctions,
        store: Store,
        clock: EngineClock,
        seqs: Iterator[int],
        limit: int,
        *,
        activities: ActivityDispatcher,
        waiters: Waiters,
        deliver: Callable[[InboxMessage], None],
    ) -> None:
        self._functions = functions
        self._store = store
        self._clock = clock
        self._seqs = seqs
        self._activities = activities
        self._waiters = waiters
        self._deliver = deliver
        self._live: dict[str, LiveInstance] = {}
        self.slots: Slots[LiveInstance] = Slots(limit, self._turn)

    def is_live(self, instance_id: str, execution_id: str | None = None) -> bool:
        instance = self._live.get(instance_id)
        return instance is not None and execution_id in (None, instance.execution_id)

    def adopt(self, instances: Iterable[LiveInstance]) -> None:
        """Take over committed instances; one with the same id is replaced."""
        for instance in instances:
            self._live[instance.id] = instance
            self._waiters.notify(instance.id)
            self._poke(instance)

    def forget(self, instance_id: str) -> None:
        self._live.pop(instance_id, None)
        self._waiters.notify(instance_id)

    def receive(self, message: InboxMessage) -> None:
        """Wake the instance; a message for an ended instance or generation is dropped."""
        instance = self._live.get(message.target)
        if instance is None or message.execution_id not in (None, instance.execution_id):
            return
        if message.kind in ENDINGS:
            instance.outstanding -= 1
        instance.put(message)
        self._poke(instance)

    def _poke(self, instance: LiveInstance) -> None:
        if instance.is_queued or instance.is_running or not instance.can_run:
            return
        rest_s = 0.0 if instance.is_urgent else instance.rest_until - time.monotonic()
        if rest_s > 0:
            self._wake_later(instance, rest_s)
            return
        instance.is_queued = True
        self.slots.put(instance.root, instance)

    def _wake_later(self, instance: LiveInstance, rest_s: float) -> None:
        if instance.alarm is None:
            loop = asyncio.get_running_loop()
            instance.alarm = loop.call_later(rest_s, self._wake, instance)

    def _wake(self, instance: LiveInstance) -> None:
        instance.alarm = None
        instance.rest_until = 0.0
        self._poke(instance)

    async def _turn(self, instance: LiveInstance) -> None:
        instance.is_queued = False
        if self._live.get(instance.id) is not instance or not instance.can_run:
            return
        instance.is_running = True
        batch = instance.take()
        try:
            decision = await self._decision(instance, batch)
            turn = OrchestratorTurn(
                instance.id, instance.execution_id, batch, decision, self._clock.now()
            )
            await self._store.write(
                partial(commit_turn, turn=turn), partial(self._apply, instance, turn)
            )
        except Exception as error:  # noqa: BLE001 - whatever the worker or the disk did
            self._put_back(instance, batch, error)
        finally:
            instance.is_running = False
            self._poke_if_live(instance)

    async def _decision(self, instance: LiveInstance, batch: Sequence[InboxMessage]) -> Decision:
        now = self._clock.now()
        if any(message.kind == "executionTerminated" for message in batch):
            return decisions.terminated(instance, batch, now)
        if not self._functions.has_orchestrator(instance.name):
            return decisions.failed(instance, batch, _missing(instance.name), now)
        try:
            response = await self._response(instance, batch, now)
            instance.crashes = 0
            return decide(instance, batch, response, now, self._seqs)
        except Exception as error:
            instance.crashes += 1
            is_hopeless = instance.crashes >= _CRASHES or isinstance(error, UnknownAction)
            if not is_hopeless:
                raise
            details = pb.TaskFailureDetails(errorType=type(error).__name__, errorMessage=str(error))
            return decisions.failed(instance, batch, details, now)

    async def _response(
        self, instance: LiveInstance, batch: Sequence[InboxMessage], now: int
    ) -> pb.OrchestratorResponse:
        new = decisions.turn_events(batch, now)
        request = orchestrator_request(instance.id, instance.execution_id, instance.history, new)
        began = time.monotonic()
        answer = await self._functions.orchestrate(instance.name, request)
        ended = time.monotonic()
        instance.rest_until = ended + (ended - began) * _REST
        return orchestrator_response(answer)

    def _apply(
        self, instance: LiveInstance, turn: OrchestratorTurn, outcome: TurnOutcome | None
    ) -> None:
        if outcome is None or self._live.get(instance.id) is not instance:
            return
        is_changed = instance.status != turn.decision.status
        instance.status = turn.decision.status
        instance.custom_status = turn.decision.custom_status
        if turn.decision.is_terminal:
            self._live.pop(instance.id)
        elif turn.decision.next_generation is not None:
            _begin_generation(instance, turn.decision.next_generation.execution_id)
            instance.version = turn.decision.next_generation.version
        else:
            instance.history += outcome.history
            instance.outstanding += len(turn.decision.tasks) + len(turn.decision.children)
        self._activities.enqueue(turn.decision.tasks)
        self.adopt(outcome.created)
        for message in outcome.messages:
            self._deliver(message)
        if is_changed:
            self._waiters.notify(instance.id)

    def _put_back(
        self, instance: LiveInstance, batch: Sequence[InboxMessage], error: Exception
    ) -> None:
        _log.error("A turn of '%s' (%s) will be tried again: %s", instance.name, instance.id, error)
        for message in batch:
            instance.put(message)
        wait_s = _AFTER_CRASH_S * 2**instance.crashes if instance.crashes else _AFTER_STORE_ERROR_S
        instance.is_queued = True
        asyncio.get_running_loop().call_later(wait_s, self._unqueue, instance)

    def _unqueue(self, instance: LiveInstance) -> None:
        instance.is_queued = False
        self._poke_if_live(instance)

    def _poke_if_live(self, instance: LiveInstance) -> None:
        if self._live.get(instance.id) is instance:
            self._poke(instance)


def _begin_generation(instance: LiveInstance, execution_id: str) -> None:
    instance.execution_id = execution_id
    instance.history = bytearray()
    instance.outstanding = 0
    instance.rest_until = 0.0
    instance.take()


def _missing(name: str) -> pb.TaskFailureDetails:
    return pb.TaskFailureDetails(
        errorType=MISSING, errorMessage=describe_missing(name, "an orchestrator")
    )
