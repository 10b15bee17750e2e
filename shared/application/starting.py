"""An orchestration found by its id, or started, however many requests want it started."""

from contextlib import suppress

from shared.domain.errors import Conflict
from shared.domain.message import JSON
from shared.ports import Instance, Orchestrations


def find_instance(
    orchestrations: Orchestrations, orchestrator: str, instance: str
) -> Instance | None:
    """An instance of that id that runs another orchestrator does not count."""
    found = orchestrations.find(instance)
    return found if found is not None and found.orchestrator == orchestrator else None


def ensure_started(
    orchestrations: Orchestrations,
    orchestrator: str,
    instance: str,
    payload: JSON,
    *,
    again: bool = False,
) -> Instance | None:
    """Start the orchestration unless there is one; returns the one that was there.

    With `again`, one that has ended is started again.
    """
    found = find_instance(orchestrations, orchestrator, instance)
    if found is not None and not (again and found.ended):
        return found
    with suppress(Conflict):  # somebody else started it in between
        orchestrations.start(orchestrator, instance, payload)
    return None
