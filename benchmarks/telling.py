"""What telling of a bundle costs by itself: the observer, the SDK, its threads and its senders."""

import time
from datetime import UTC, datetime

from shared.adapters.telemetry.start import start_telemetry
from shared.domain.minibatch import Span
from shared.domain.outcome import MinibatchReport, Segment
from shared.stores.results import Record
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
    record = _record(span)
    for bundle in range(times):
        with observer.step("score_minibatch", lambda: spec, 0, span):
            observer.scored(spec, 0, record, f"record-{bundle}")
        time.sleep(PAUSE_S)


def _record(span: Span) -> Record:
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
        for index in range(span.stop)
    ]
    segment = Segment(span=span, rows=span.stop, bytes=0, sha256="", blocks=0)
    return Record(segment=segment, reports=reports, errors=[], process="scorer-1")
