"""What a rewind keeps of a history, and what it takes out to be done again."""

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.engine.rewinding import Rewound, rewound
from devhost.durable.wire import COMPLETED, FAILED, RUNNING, TERMINATED, stamp
from devhost.ports import ActivityFailure, ActivityResult

GOOD = ActivityResult("1")
BAD = ActivityResult(failure=ActivityFailure("ValueError", "no"))


def scheduled(task_id: int) -> pb.HistoryEvent:
    return events.happened(1, task_id, taskScheduled=pb.TaskScheduledEvent(name="a"))


def created(task_id: int, child: str) -> pb.HistoryEvent:
    event = pb.SubOrchestrationInstanceCreatedEvent(instanceId=child, name="c")
    return events.happened(1, task_id, subOrchestrationInstanceCreated=event)


def timer(task_id: int) -> pb.HistoryEvent:
    return events.happened(1, task_id, timerCreated=pb.TimerCreatedEvent(fireAt=stamp(5)))


def ended(task_id: int, result: ActivityResult) -> pb.HistoryEvent:
    return events.task_ended(1, task_id, result)


def failed_execution() -> pb.HistoryEvent:
    return events.execution_completed(1, FAILED, None, pb.TaskFailureDetails())


def kinds(made: Rewound) -> list[str]:
    """The kinds of events with their ids; a dot for what was taken out."""
    found = [pb.HistoryEvent.FromString(event) for event in made.history]
    return [
        "." if event.HasField("genericEvent") else str(event.WhichOneof("eventType"))
        for event in found
    ]


def rewind(
    *history: pb.HistoryEvent, running: tuple[int, ...] = (), children: dict[str, int] | None = None
) -> Rewound:
    return rewound(history, running, (children or {}).get)


def test_what_succeeded_is_kept_and_what_failed_is_taken_out_with_its_beginning() -> None:
    made = rewind(scheduled(1), ended(1, GOOD), scheduled(2), ended(2, BAD), failed_execution())

    assert ["taskScheduled", "taskCompleted", ".", ".", "."] == kinds(made)


def test_of_an_activity_with_retries_only_the_last_try_is_taken_out() -> None:
    made = rewind(
        *(scheduled(1), ended(1, BAD), timer(2), events.timer_fired(2, 5)),
        *(scheduled(1), ended(1, BAD), failed_execution()),
    )

    kept = ["taskScheduled", "taskFailed", "timerCreated", "timerFired"]
    assert [*kept, ".", ".", "."] == kinds(made)


def test_a_retry_that_succeeded_is_kept_whole() -> None:
    made = rewind(scheduled(1), ended(1, BAD), scheduled(1), ended(1, GOOD), failed_execution())

    assert ["taskScheduled", "taskFailed", "taskScheduled", "taskCompleted", "."] == kinds(made)


def test_work_that_was_open_is_asked_for_again_unless_it_still_runs() -> None:
    made = rewind(scheduled(1), scheduled(2), timer(3), failed_execution(), running=(2,))

    assert [".", "taskScheduled", ".", "."] == kinds(made)


def test_children_that_will_report_are_waited_for_and_others_are_made_anew() -> None:
    states = {"failed": FAILED, "over": COMPLETED, "busy": RUNNING, "stopped": TERMINATED}
    names = [*states, "purged"]
    begun = [created(number, name) for number, name in enumerate(names)]
    end = events.child_failed(1, 0, pb.TaskFailureDetails())

    made = rewind(*begun, end, failed_execution(), children=states)

    kept = "subOrchestrationInstanceCreated"
    assert [kept, kept, kept, ".", ".", ".", "."] == kinds(made)
    assert ["failed", "over", "busy"] == [child.instance_id for child in made.children]


def test_a_child_whose_end_was_seen_is_not_waited_for() -> None:
    made = rewind(
        created(1, "over"),
        events.child_completed(1, 1, "1"),
        failed_execution(),
        children={"over": COMPLETED},
    )

    assert [] == made.children
    assert "subOrchestrationInstanceCompleted" in kinds(made)
