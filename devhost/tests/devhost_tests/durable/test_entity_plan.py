"""Which messages an entity takes in one turn, and which it holds back for a critical section."""

from durabletask.internal import orchestrator_service_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st

from devhost.durable import events
from devhost.durable.records import InboxMessage
from devhost.durable.turns.entity_messages import Lock, plan_entity_turn
from devhost.durable.wire_format import string


def message(seq: int, kind: str, event: pb.HistoryEvent) -> InboxMessage:
    return InboxMessage(seq, "@e@k", kind, event.SerializeToString(), 0, None)


def signal(seq: int) -> InboxMessage:
    event = events.operation_signaled(1, str(seq), "op", None, "@e@k")
    return message(seq, "entityOperationSignaled", event)


def call(seq: int, caller: str) -> InboxMessage:
    called = pb.EntityOperationCalledEvent(
        requestId=str(seq), operation="op", parentInstanceId=string(caller)
    )
    return message(seq, "entityOperationCalled", pb.HistoryEvent(entityOperationCalled=called))


def lock(seq: int, owner: str) -> InboxMessage:
    requested = pb.EntityLockRequestedEvent(
        criticalSectionId=f"section of {owner}",
        lockSet=["@e@k"],
        position=0,
        parentInstanceId=string(owner),
    )
    return message(seq, "entityLockRequested", pb.HistoryEvent(entityLockRequested=requested))


def unlock(seq: int, owner: str) -> InboxMessage:
    event = events.unlock(1, f"section of {owner}", owner, "@e@k")
    return message(seq, "entityUnlockSent", event)


def seqs(messages: list[InboxMessage]) -> list[int]:
    return [found.seq for found in messages]


def test_without_a_lock_everything_is_taken_in_order() -> None:
    plan = plan_entity_turn([signal(1), call(2, "a"), signal(3)], None)

    assert [1, 2, 3] == seqs(plan.taken)
    assert 3 == len(plan.operations)
    assert plan.lock is None


def test_a_lock_holds_back_whoever_comes_after_it() -> None:
    plan = plan_entity_turn([signal(1), lock(2, "a"), signal(3), call(4, "b"), lock(5, "b")], None)

    assert [1, 2] == seqs(plan.taken)
    assert [3, 4, 5] == seqs(plan.held)
    assert Lock("section of a", "a") == plan.lock


def test_the_owners_calls_pass_while_the_others_wait() -> None:
    plan = plan_entity_turn([call(1, "b"), call(2, "a"), signal(3)], Lock("section of a", "a"))

    assert [2] == seqs(plan.taken)
    assert [1, 3] == seqs(plan.held)


def test_unlocking_frees_what_was_held_back_in_its_old_order() -> None:
    waiting = [signal(1), call(2, "b"), unlock(3, "a"), signal(4)]

    plan = plan_entity_turn(waiting, Lock("section of a", "a"))

    assert [3, 1, 2, 4] == seqs(plan.taken)
    assert [] == plan.held
    assert plan.lock is None


def test_an_unlock_of_another_section_changes_nothing() -> None:
    plan = plan_entity_turn([unlock(1, "b"), signal(2)], Lock("section of a", "a"))

    assert [1] == seqs(plan.taken)
    assert [2] == seqs(plan.held)
    assert Lock("section of a", "a") == plan.lock


@given(
    st.lists(
        st.one_of(
            st.just("signal"),
            st.tuples(st.sampled_from(["call", "lock", "unlock"]), st.sampled_from("ab")),
        )
    )
)
def test_nothing_is_lost_and_nobody_is_overtaken_within_a_kind_of_sender(
    wanted: list[str | tuple[str, str]],
) -> None:
    makers = {"call": call, "lock": lock, "unlock": unlock}
    inbox = [
        signal(seq) if isinstance(what, str) else makers[what[0]](seq, what[1])
        for seq, what in enumerate(wanted)
    ]

    plan = plan_entity_turn(inbox, None)

    assert sorted(seqs(plan.taken) + seqs(plan.held)) == list(range(len(inbox)))
    signals = [m.seq for m in plan.taken if m.kind == "entityOperationSignaled"]
    assert signals == sorted(signals)
    assert plan.held == [] or plan.lock is not None
