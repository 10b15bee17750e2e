"""The commit of an orchestrator's turn: all that follows from it, or nothing."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.records import InboxMessage, LiveInstance, NewInstance, OutboxMessage
from devhost.durable.storage import hub_rows
from devhost.durable.turns.decision import Decision, message_to_parent
from devhost.durable.wire_format import past


@dataclass(frozen=True)
class OrchestratorTurn:
    """One turn of one generation: what it consumed, and what was decided."""

    instance_id: str
    execution_id: str
    batch: Sequence[InboxMessage]
    decision: Decision
    now: int


@dataclass
class TurnOutcome:
    """What the dispatcher learns from a commit."""

    history: bytes = b""
    messages: list[InboxMessage] = field(default_factory=list[InboxMessage])
    created: list[LiveInstance] = field(default_factory=list[LiveInstance])


def commit_turn(cursor: sqlite3.Cursor, turn: OrchestratorTurn) -> TurnOutcome | None:
    """None: the instance was purged or replaced meanwhile, and the turn counts for nothing."""
    if not hub_rows.is_live(cursor, turn.instance_id, turn.execution_id):
        return None
    outcome = TurnOutcome()
    hub_rows.consume(cursor, turn.batch)
    _update_instance(cursor, turn)
    outbox = turn.decision.outbox
    if turn.decision.next_generation is not None:
        own = [outgoing for outgoing in outbox if outgoing.target == turn.instance_id]
        outbox = [outgoing for outgoing in outbox if outgoing.target != turn.instance_id]
        _renew(cursor, turn, turn.decision.next_generation, own)
        outcome.messages += hub_rows.inbox_of(cursor, turn.instance_id)
        outcome.messages += hub_rows.release_locks(cursor, turn.instance_id, turn.now)
    else:
        outcome.history = past(turn.decision.history)
        hub_rows.append_history(cursor, turn.instance_id, outcome.history)
    hub_rows.add_tasks(cursor, turn.decision.tasks)
    if turn.decision.is_terminal:
        _end_instance(cursor, turn, outcome)
    for child in turn.decision.children:
        _create_child(cursor, child, outcome)
    outcome.messages += hub_rows.post_all(cursor, outbox)
    return outcome


def _update_instance(cursor: sqlite3.Cursor, turn: OrchestratorTurn) -> None:
    decision = turn.decision
    failure = None if decision.failure is None else decision.failure.SerializeToString()
    cursor.execute(
        "UPDATE instances SET status=?, output=?, custom_status=?, failure=?, updated_us=?,"
        " completed_us=? WHERE id=?",
        (
            *(decision.status, decision.output, decision.custom_status, failure, turn.now),
            turn.now if decision.is_terminal else None,
            turn.instance_id,
        ),
    )


def _renew(
    cursor: sqlite3.Cursor, turn: OrchestratorTurn, new: NewInstance, own: Sequence[OutboxMessage]
) -> None:
    """Begin the next generation: its start, what it carries over, then what waited meanwhile."""
    cursor.execute(
        "UPDATE instances SET execution_id=?, version=? WHERE id=?",
        (new.execution_id, new.version, new.id),
    )
    cursor.execute("UPDATE inputs SET input=? WHERE id=?", (new.input, new.id))
    cursor.execute("DELETE FROM history WHERE id=?", (new.id,))
    waiting = _empty_inbox(cursor, turn)
    started = hub_rows.execution_started(new).SerializeToString()
    begin = OutboxMessage(new.id, "executionStarted", started, execution_id=new.execution_id)
    hub_rows.post_all(cursor, [begin, *own, *waiting])


def _empty_inbox(cursor: sqlite3.Cursor, turn: OrchestratorTurn) -> list[OutboxMessage]:
    """Empty the inbox; what was meant for the generation that ended is dropped."""
    found = cursor.execute(
        "SELECT target, kind, event, due_us, execution_id FROM inbox WHERE target=? ORDER BY seq",
        (turn.instance_id,),
    ).fetchall()
    cursor.execute("DELETE FROM inbox WHERE target=?", (turn.instance_id,))
    outbox = [OutboxMessage(*row) for row in found]
    return [outgoing for outgoing in outbox if outgoing.execution_id is None]


def _end_instance(cursor: sqlite3.Cursor, turn: OrchestratorTurn, outcome: TurnOutcome) -> None:
    cursor.execute("DELETE FROM inbox WHERE target=?", (turn.instance_id,))
    outcome.messages += hub_rows.release_locks(cursor, turn.instance_id, turn.now)
    parent = hub_rows.parent_of(cursor, turn.instance_id)
    if parent is not None:
        outgoing = message_to_parent(parent, turn.decision, turn.now)
        outcome.messages += hub_rows.post_all(cursor, [outgoing])


def _create_child(cursor: sqlite3.Cursor, child: NewInstance, outcome: TurnOutcome) -> None:
    """Create a sub-orchestration, unless an instance with its id still runs: then it fails."""
    if not hub_rows.is_live(cursor, child.id):
        instance, message = hub_rows.create_instance(cursor, child)
        outcome.created.append(instance)
        outcome.messages.append(message)
        return
    parent = child.parent
    if parent is None:
        return
    details = pb.TaskFailureDetails(
        errorType="OrchestrationAlreadyExistsException",
        errorMessage=f"An Orchestration instance with the ID {child.id} already exists.",
    )
    event = events.child_failed(child.created, parent.task_id, details).SerializeToString()
    kind = "subOrchestrationInstanceFailed"
    outgoing = OutboxMessage(parent.instance_id, kind, event, execution_id=parent.execution_id)
    outcome.messages += hub_rows.post_all(cursor, [outgoing])
