"""Starting an orchestration, however many requests want it started."""

from contextlib import suppress

from shared.domain.errors import Conflict
from shared.domain.message import JSON
from shared.ports import Instance, Orchestrations


def ensure_started(
    orchestrations: Orchestrations,
    orchestrator: str,
    instance: str,
    given: JSON,
    *,
    again: bool = False,
) -> Instance | None:
    """Start the orchestration unless there is one; returns the one that was there.

    An instance of that id that runs another orchestrator does not count. With `again`, one that
    has ended is started again.
    """
    found = orchestrations.find(instance)
    if found is not None and found.orchestrator == orchestrator and not (again and found.ended):
        return found
    with suppress(Conflict):  # somebody else started it in between
        orchestrations.start(orchestrator, instance, given)
    return None
