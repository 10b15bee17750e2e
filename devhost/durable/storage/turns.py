"""The commit of an orchestrator's turn: all that follows from it, or nothing."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.engine.decision import Decision, parent_letter
from devhost.durable.records import Instance, Message, NewInstance, OutboxMessage
from devhost.durable.storage import rows
from devhost.durable.wire import past


@dataclass(frozen=True)
class Turn:
    """One turn of one generation: what it consumed, and what was decided."""

    instance_id: str
    execution_id: str
    batch: Sequence[Message]
    decision: Decision
    now: int


@dataclass
class Outcome:
    """What the dispatcher learns from a commit."""

    history: bytes = b""
    messages: list[Message] = field(default_factory=list[Message])
    born: list[Instance] = field(default_factory=list[Instance])


def commit_turn(cursor: sqlite3.Cursor, turn: Turn) -> Outcome | None:
    """None: the instance was purged or replaced meanwhile, and the turn counts for nothing."""
    if not rows.is_live(cursor, turn.instance_id, turn.execution_id):
        return None
    outcome = Outcome()
    rows.consume(cursor, turn.batch)
    _update_instance(cursor, turn)
    letters = turn.decision.letters
    if turn.decision.next_generation is not None:
        own = [letter for letter in letters if letter.target == turn.instance_id]
        letters = [letter for letter in letters if letter.target != turn.instance_id]
        _renew(cursor, turn, turn.decision.next_generation, own)
        outcome.messages += rows.inbox_of(cursor, turn.instance_id)
        outcome.messages += rows.release_locks(cursor, turn.instance_id, turn.now)
    else:
        outcome.history = past(turn.decision.history)
        rows.append_history(cursor, turn.instance_id, outcome.history)
    rows.add_tasks(cursor, turn.decision.tasks)
    if turn.decision.is_terminal:
        _bury(cursor, turn, outcome)
    for child in turn.decision.children:
        _give_birth(cursor, child, outcome)
    outcome.messages += rows.post_all(cursor, letters)
    return outcome


def _update_instance(cursor: sqlite3.Cursor, turn: Turn) -> None:
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
    cursor: sqlite3.Cursor, turn: Turn, new: NewInstance, own: Sequence[OutboxMessage]
) -> None:
    """Begin the next generation: its start, what it carries over, then what waited meanwhile."""
    cursor.execute(
        "UPDATE instances SET execution_id=?, version=? WHERE id=?",
        (new.execution_id, new.version, new.id),
    )
    cursor.execute("UPDATE inputs SET input=? WHERE id=?", (new.input, new.id))
    cursor.execute("DELETE FROM history WHERE id=?", (new.id,))
    waiting = _taken_from_inbox(cursor, turn)
    started = rows.execution_started(new).SerializeToString()
    begin = OutboxMessage(new.id, "executionStarted", started, execution_id=new.execution_id)
    rows.post_all(cursor, [begin, *own, *waiting])


def _taken_from_inbox(cursor: sqlite3.Cursor, turn: Turn) -> list[OutboxMessage]:
    """Empty the inbox; what was meant for the generation that ended is dropped."""
    found = cursor.execute(
        "SELECT target, kind, event, due_us, execution_id FROM inbox WHERE target=? ORDER BY seq",
        (turn.instance_id,),
    ).fetchall()
    cursor.execute("DELETE FROM inbox WHERE target=?", (turn.instance_id,))
    letters = [OutboxMessage(*row) for row in found]
    return [letter for letter in letters if letter.execution_id is None]


def _bury(cursor: sqlite3.Cursor, turn: Turn, outcome: Outcome) -> None:
    cursor.execute("DELETE FROM inbox WHERE target=?", (turn.instance_id,))
    outcome.messages += rows.release_locks(cursor, turn.instance_id, turn.now)
    parent = rows.parent_of(cursor, turn.instance_id)
    if parent is not None:
        letter = parent_letter(parent, turn.decision, turn.now)
        outcome.messages += rows.post_all(cursor, [letter])


def _give_birth(cursor: sqlite3.Cursor, child: NewInstance, outcome: Outcome) -> None:
    """Create a sub-orchestration, unless an instance with its id still runs: then it fails."""
    if not rows.is_live(cursor, child.id):
        instance, message = rows.create_instance(cursor, child)
        outcome.born.append(instance)
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
    letter = OutboxMessage(parent.instance_id, kind, event, execution_id=parent.execution_id)
    outcome.messages += rows.post_all(cursor, [letter])
