"""Who tells of jobs in this process: telemetry where the settings ask for it, else nobody."""

import logging
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, Protocol

from shared.domain.job import JobSpec
from shared.settings import Settings
from shared.telemetry.job_observer import JobObserver
from shared.telemetry.port import NoTelemetry, Telemetry

log = logging.getLogger(__name__)
NOT_STARTED = (
    "Telemetry is not sent: it could not be started (%s). "
    "Check APPLICATIONINSIGHTS_CONNECTION_STRING and the OTEL_ settings. Jobs go on without."
)


class JobTask(Protocol):
    """An activity's task; it may have a `shard`, and a `span` of mini-batches."""

    @property
    def job(self) -> str: ...


class KnowsSpecs(Protocol):
    def spec(self, name: str) -> JobSpec: ...


class HasJobs(Protocol):
    @property
    def jobs(self) -> KnowsSpecs: ...


@lru_cache(maxsize=1)
def observer() -> JobObserver:
    """One for the process."""
    return JobObserver(choose_telemetry(Settings.from_environment()))


def choose_telemetry(settings: Settings) -> Telemetry:
    if not settings.sends_telemetry:
        return NoTelemetry()
    # Only here: most of a second, and some 20 MB, that nobody pays who does not want it.
    from shared.adapters.telemetry.start import start_telemetry  # noqa: PLC0415

    try:
        return start_telemetry(
            settings.otel_exporter_otlp_endpoint, settings.applicationinsights_connection_string
        )
    except Exception as error:  # noqa: BLE001  # an exporter's; its text may have the key in it
        log.error(NOT_STARTED, type(error).__name__)  # noqa: TRY400
        return NoTelemetry()


type Step[T, S, **P, R] = Callable[Concatenate[T, S, P], R]


def observed[T: JobTask, S: HasJobs, **P, R](
    name: str,
) -> Callable[[Step[T, S, P, R]], Step[T, S, P, R]]:
    """Around a step of a job: what it logs says which job, and what it raises is told of."""

    def around(step: Step[T, S, P, R]) -> Step[T, S, P, R]:
        @wraps(step)
        def run(task: T, services: S, /, *rest: P.args, **more: P.kwargs) -> R:
            shard, span = getattr(task, "shard", None), getattr(task, "span", None)
            with observer().step(name, lambda: services.jobs.spec(task.job), shard, span):
                return step(task, services, *rest, **more)

        return run

    return around
