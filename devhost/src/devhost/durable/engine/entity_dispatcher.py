"""Runs entities: one batch at a time each, in order, with critical sections respected."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.engine import entity_batch
from devhost.durable.engine.slots import Slots
from devhost.durable.records import InboxMessage, LiveInstance
from devhost.durable.storage.entity_turns import (
    EntityOutcome,
    EntityTurn,
    commit_entity_turn,
    state_and_lock,
)
from devhost.durable.storage.store import Store
from devhost.durable.turns.entity_messages import EntityTurnPlan, plan_entity_turn
from devhost.durable.turns.missing_function import MISSING, describe_missing
from devhost.durable.wire_format import EngineClock, text
from devhost.durable_functions import DurableFunctions

_log = logging.getLogger(__name__)

_CRASHES = 5  # after so many lost batches the operations fail with the reason
_TRY_AGAIN_S = 0.2


@dataclass(slots=True)
class Entity:
    """An entity with something in its inbox."""

    id: str
    inbox: list[InboxMessage] = field(default_factory=list[InboxMessage])
    is_busy: bool = False
    crashes: int = 0


class EntityDispatcher:
    def __init__(
        self,
        functions: DurableFunctions,
        store: Store,
        clock: EngineClock,
        limit: int,
        *,
        adopt: Callable[[Iterable[LiveInstance]], None],
        deliver: Callable[[InboxMessage], None],
    ) -> None:
        self._functions = functions
        self._store = store
        self._clock = clock
        self._adopt = adopt
        self._deliver = deliver
        self._awake: dict[str, Entity] = {}
        self.slots: Slots[Entity] = Slots(limit, self._turn)

    def backlog(self, entity_id: str) -> int:
        entity = self._awake.get(entity_id)
        return len(entity.inbox) if entity is not None else 0

    def receive(self, message: InboxMessage) -> None:
        entity = self._awake.setdefault(message.target, Entity(message.target))
        entity.inbox.append(message)
        self._poke(entity)

    def _poke(self, entity: Entity) -> None:
        if not entity.is_busy:
            entity.is_busy = True
            self.slots.put(entity.id, entity)

    async def _turn(self, entity: Entity) -> None:
        inbox, entity.inbox = entity.inbox, []
        try:
            state, lock = await self._store.read(partial(state_and_lock, entity_id=entity.id))
            plan = plan_entity_turn(sorted(inbox), lock)
            if plan.taken:
                await self._run_operations(entity, plan, state)
        except Exception as error:  # noqa: BLE001 - whatever the worker or the disk did
            _log.error("A batch of entity '%s' will be tried again: %s", entity.id, error)
            entity.inbox = [*inbox, *entity.inbox]
            asyncio.get_running_loop().call_later(_TRY_AGAIN_S, self._rest, entity, len(inbox) - 1)
            return
        held = len(plan.held)
        entity.inbox = [*plan.held, *entity.inbox]
        self._rest(entity, held)

    def _rest(self, entity: Entity, held: int) -> None:
        """Sleep until a message arrives that was not looked at; be forgotten when idle."""
        entity.is_busy = False
        if not entity.inbox:
            self._awake.pop(entity.id, None)
        elif len(entity.inbox) > held:
            self._poke(entity)

    async def _run_operations(
        self, entity: Entity, plan: EntityTurnPlan, state: str | None
    ) -> None:
        result = await self._result(entity, state, plan.operations)
        now = self._clock.now()
        turn = EntityTurn(
            entity_id=entity.id,
            taken=plan.taken,
            state=text(result, "entityState"),
            lock=plan.lock,
            outbox=[
                *entity_batch.answers(plan.operations, result, now),
                *entity_batch.signals(result, now),
                *entity_batch.grants(plan.granted, now),
            ],
            starts=entity_batch.starts(result, now),
            now=now,
        )
        await self._store.write(partial(commit_entity_turn, turn=turn), self._apply)

    def _apply(self, outcome: EntityOutcome) -> None:
        self._adopt(outcome.created)
        for message in outcome.messages:
            self._deliver(message)

    async def _result(
        self, entity: Entity, state: str | None, operations: list[pb.HistoryEvent]
    ) -> pb.EntityBatchResult:
        name = entity_batch.entity_name(entity.id)
        if not operations:
            return entity_batch.failed_result(state, operations, "", "")
        if not self._functions.has_entity(name):
            message = describe_missing(name, "an entity")
            return entity_batch.failed_result(state, operations, MISSING, message)
        try:
            request = entity_batch.request(entity.id, state, operations)
            answer = await self._functions.operate_entity(name, request)
            result = entity_batch.result(answer, len(operations))
        except Exception as error:
            entity.crashes += 1
            if entity.crashes < _CRASHES:
                raise
            return entity_batch.failed_result(state, operations, type(error).__name__, str(error))
        entity.crashes = 0
        return result
