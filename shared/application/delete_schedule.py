"""Delete a schedule; its jobs stay."""

from shared.application.write import Write
from shared.stores.registry import Registry
from shared.stores.schedule_progress import ScheduleProgresses


def delete_schedule(
    registry: Registry, progresses: ScheduleProgresses, name: str, write: Write
) -> None:
    """Raises NotFound and PreconditionFailed."""
    registry.schedules.get(name)
    registry.schedules.delete(name, if_match=write.if_match)
    progresses.forget(name)
