"""Activities that are given up, as the SDK tells an orchestrator."""

from typing import Any

from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.task import TaskFailedError


def a_failure(text: str) -> TaskFailedError:
    return TaskFailedError(text, pb.TaskFailureDetails(errorType="X", errorMessage=text))


def give_up(given: Any) -> Any:
    raise a_failure("the store is away\nand more")
