"""What a rewind keeps of a history, and what it takes out to be done again."""

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.turns.rewound_history import RewoundHistory, rewind_history
from devhost.durable.wire_format import COMPLETED, FAILED, RUNNING, TERMINATED, stamp
from devhost.durable_functions import ActivityFailure, ActivityResult

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


def kinds(rewound: RewoundHistory) -> list[str]:
    """The kinds of events with their ids; a dot for what was taken out."""
    found = [pb.HistoryEvent.FromString(event) for event in rewound.history]
    return [
        "." if event.HasField("genericEvent") else str(event.WhichOneof("eventType"))
        for event in found
    ]


def rewind(
    *history: pb.HistoryEvent, running: tuple[int, ...] = (), children: dict[str, int] | None = None
) -> RewoundHistory:
    return rewind_history(history, running, (children or {}).get)


def test_what_succeeded_is_kept_and_what_failed_is_taken_out_with_its_beginning() -> None:
    rewound = rewind(scheduled(1), ended(1, GOOD), scheduled(2), ended(2, BAD), failed_execution())

    assert ["taskScheduled", "taskCompleted", ".", ".", "."] == kinds(rewound)


def test_of_an_activity_with_retries_only_the_last_try_is_taken_out() -> None:
    rewound = rewind(
        *(scheduled(1), ended(1, BAD), timer(2), events.timer_fired(2, 5)),
        *(scheduled(1), ended(1, BAD), failed_execution()),
    )

    left = ["taskScheduled", "taskFailed", "timerCreated", "timerFired"]
    assert [*left, ".", ".", "."] == kinds(rewound)


def test_a_retry_that_succeeded_is_kept_whole() -> None:
    rewound = rewind(scheduled(1), ended(1, BAD), scheduled(1), ended(1, GOOD), failed_execution())

    assert ["taskScheduled", "taskFailed", "taskScheduled", "taskCompleted", "."] == kinds(rewound)


def test_work_that_was_open_is_asked_for_again_unless_it_still_runs() -> None:
    rewound = rewind(scheduled(1), scheduled(2), timer(3), failed_execution(), running=(2,))

    assert [".", "taskScheduled", ".", "."] == kinds(rewound)


def test_children_that_will_report_are_waited_for_and_others_are_made_anew() -> None:
    states = {"failed": FAILED, "over": COMPLETED, "busy": RUNNING, "stopped": TERMINATED}
    names = [*states, "purged"]
    begun = [created(number, name) for number, name in enumerate(names)]
    end = events.child_failed(1, 0, pb.TaskFailureDetails())

    rewound = rewind(*begun, end, failed_execution(), children=states)

    left = "subOrchestrationInstanceCreated"
    assert [left, left, left, ".", ".", ".", "."] == kinds(rewound)
    assert ["failed", "over", "busy"] == [child.instance_id for child in rewound.children]


def test_a_child_whose_end_was_seen_is_not_waited_for() -> None:
    rewound = rewind(
        created(1, "over"),
        events.child_completed(1, 1, "1"),
        failed_execution(),
        children={"over": COMPLETED},
    )

    assert [] == rewound.children
    assert "subOrchestrationInstanceCompleted" in kinds(rewound)
