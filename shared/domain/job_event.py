"""What a webhook is told of a job: a CloudEvent, the same bytes at every attempt."""

import hashlib
from datetime import UTC, datetime

from shared.domain.job import Job, JobStatus, utc
from shared.domain.message import JSON, Message
from shared.domain.redaction import redacted_text
from shared.domain.webhook import JobEventKind

TYPE_PREFIX = "dev.batchendpoints."
MEDIA_TYPE = "application/cloudevents+json"
# Milliseconds since 1970, in 13 digits, last until the year 2286: ids list the newest job first.
END_OF_TIME_MS = 9_999_999_999_999
LAST = 9
ENDS = {
    JobStatus.COMPLETED: JobEventKind.COMPLETED,
    JobStatus.FAILED: JobEventKind.FAILED,
    JobStatus.CANCELED: JobEventKind.CANCELED,
}


class EventAddresses(Message):
    """What events say of where things are: `workspace` is its ARM id, `base` the service's URL.

    Without a `base` addresses are paths.
    """

    workspace: str
    base: str = ""


def sequence_of(kind: JobEventKind) -> int:
    """A job's start comes before its end, whenever they are delivered."""
    return 1 if kind is JobEventKind.STARTED else 2


def event_id(job: Job, kind: JobEventKind) -> str:
    """The same for every telling; later jobs sort first, and of a job its end."""
    created = END_OF_TIME_MS - int(job.spec.created_at.timestamp() * 1000)
    digest = hashlib.sha256(f"{job.spec.name}\n{kind}".encode()).hexdigest()[:20]
    return f"{created:013d}-{LAST - sequence_of(kind)}-{digest}"


def created_at(event: str) -> datetime:
    """When the job of an event's id was created."""
    return datetime.fromtimestamp((END_OF_TIME_MS - int(event.partition("-")[0])) / 1000, UTC)


def job_event(job: Job, kind: JobEventKind, at: datetime, addresses: EventAddresses) -> JSON:
    """In CloudEvents' structured form, without a key or a signature in any address."""
    spec = job.spec
    return {
        "specversion": "1.0",
        "id": event_id(job, kind),
        "source": f"{addresses.workspace}/batchEndpoints/{spec.endpoint}",
        "type": f"{TYPE_PREFIX}{kind}",
        "subject": spec.name,
        "time": utc(at),
        "datacontenttype": "application/json",
        "sequence": f"{sequence_of(kind):08d}",
        "data": _data(job, addresses),
    }


def _data(job: Job, addresses: EventAddresses) -> JSON:
    spec, state = job.spec, job.state
    url = f"{addresses.base}/endpoints/{spec.endpoint}/jobs/{spec.name}"
    is_completed = state.status is JobStatus.COMPLETED
    return {
        "endpoint": spec.endpoint,
        "deployment": spec.deployment,
        "job": spec.name,
        "status": state.status,
        "reason": redacted_text(state.reason),
        "createdAt": utc(spec.created_at),
        "endedAt": utc(state.ended_at) if state.ended_at else None,
        "counts": _counts(job),
        "output": spec.output.uri if is_completed else None,
        "jobUrl": url,
        "receiptUrl": f"{url}/outputs/receipt" if state.is_reported else None,
    }


def _counts(job: Job) -> JSON:
    plan, tally = job.state.plan, job.state.tally
    return {
        "files": plan.files if plan else 0,
        "miniBatches": plan.minibatches if plan else 0,
        "scoredFiles": tally.files - tally.failed_files,
        "failedFiles": tally.failed_files,
        "rows": tally.rows,
    }
