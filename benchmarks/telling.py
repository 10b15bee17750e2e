"""What telling of a bundle costs by itself: the observer, the SDK, its threads and its senders."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

from shared.adapters.telemetry.start import start_telemetry
from shared.domain.minibatch import Span
from shared.domain.outcome import MinibatchReport
from shared.domain.sheet import Recorded
from shared.telemetry.job_observer import JobObserver
from shared.telemetry.port import NoTelemetry
from tests.support.specs import a_spec

TIMES, WARM = 100, 5
PAUSE_S = 0.05
"""Between bundles, so that spans are sent in as many requests as in a job."""


def cpu_of_telling(minibatches: int, collector: str) -> float:
    """CPU seconds of this process for a bundle of so many, beyond those without telemetry."""
    telemetry = start_telemetry(collector, "")
    told = JobObserver(telemetry)
    _tell(told, minibatches, WARM)
    began = time.process_time()
    _tell(told, minibatches, TIMES)
    telemetry.close()
    used = time.process_time() - began
    began = time.process_time()
    _tell(JobObserver(NoTelemetry()), minibatches, TIMES)
    return (used - (time.process_time() - began)) / TIMES


def _tell(observer: JobObserver, minibatches: int, times: int) -> None:
    spec, span = a_spec(), Span(first=0, stop=minibatches)
    for bundle in range(times):
        with observer.step("score_minibatch", lambda: spec, 0, span):
            observer.scored(spec, 0, _record(minibatches), f"record-{bundle}")
        time.sleep(PAUSE_S)


def _record(minibatches: int) -> Recorded:
    now = datetime.now(UTC)
    reports = [
        MinibatchReport(
            index=index,
            files=1,
            failed_files=0,
            rows=1,
            tries=1,
            seconds=0.02,
            run_seconds=0.02,
            status="done",
            started_at=now,
            waited=0.001,
        )
        for index in range(minibatches)
    ]
    kept = SimpleNamespace(
        process="scorer-1",
        reports=reports,
        errors=[],
        tries=[],
        loads=[],
        memory_mb=0,
        memory_limit_mb=0,
    )
    return cast("Recorded", kept)
