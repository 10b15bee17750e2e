"""The names of all that is told: docs/telemetry.md has them with their meanings.

Where OpenTelemetry has a name of its own for something, it is that; ours begin with `batch.`.
"""

from dataclasses import dataclass
from enum import Enum

SCOPE = "batch_endpoints"
SERVICE = "batch-endpoints"

# Spans.
JOB, PLAN, SHARD, BUNDLE, RUN, INIT, END = "job", "plan", "shard", "bundle", "run", "init", "end"

# Attributes that every span and every line of a job has.
JOB_NAME = "batch.job.name"
ENDPOINT = "batch.endpoint.name"
DEPLOYMENT = "batch.deployment.name"
MINIBATCHES = "batch.minibatch.range"
"""On each line of the log: `7`, `0-99`, or `-` before there is a plan."""

# Of spans.
STATUS = "batch.job.status"
IS_REPEATED = "batch.invoke.is_repeated"
SHARD_INDEX = "batch.shard.index"
MINIBATCH_INDEX = "batch.minibatch.index"
MINIBATCH_FIRST = "batch.minibatch.first"
MINIBATCH_COUNT = "batch.minibatch.count"
FAILED_MINIBATCHES = "batch.minibatch.failed_count"
TOLD_RUNS = "batch.minibatch.told_count"
FILES = "batch.file.count"
FAILED_FILES = "batch.file.failed_count"
ROWS = "batch.row.count"
TRIES = "batch.try.count"
RETRIES = "batch.retry.count"
SCORER = "batch.scorer.name"
RUN_SECONDS = "batch.run.duration"
WAITED_SECONDS = "batch.files.wait.duration"
QUEUE_SECONDS = "batch.bundle.queue.duration"

# Of metrics.
OUTCOME = "batch.outcome"
STATE = "batch.scorer.state"
STEP = "batch.step.name"
SUCCEEDED, FAILED = "succeeded", "failed"

# OpenTelemetry's.
ERROR_TYPE = "error.type"
EXCEPTION = "exception"
EXCEPTION_TYPE, EXCEPTION_MESSAGE = "exception.type", "exception.message"
EXCEPTION_STACKTRACE = "exception.stacktrace"
HTTP_METHOD, HTTP_ROUTE = "http.request.method", "http.route"
HTTP_STATUS = "http.response.status_code"
LOGGER = "batch.logger.name"


class Kind(Enum):
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True)
class Metric:
    """An instrument; durations have boundaries of `buckets`."""

    name: str
    unit: str
    kind: Kind
    description: str
    buckets: tuple[float, ...] = ()


_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)
_LONG = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400)


def _counter(name: str, unit: str, description: str) -> Metric:
    return Metric(name, unit, Kind.COUNTER, description)


def _duration(name: str, description: str, buckets: tuple[float, ...] = _SHORT) -> Metric:
    return Metric(name, "s", Kind.HISTOGRAM, description, buckets)


def _gauge(name: str, unit: str, description: str) -> Metric:
    return Metric(name, unit, Kind.GAUGE, description)


# What jobs' documents count: each once, however often a step ran.
JOBS = _counter("batch.jobs", "{job}", "Jobs that ended")
FILES_DONE = _counter("batch.files", "{file}", "Files that were scored, or failed for good")
MINIBATCHES_DONE = _counter("batch.minibatches", "{minibatch}", "Mini-batches that are over")
ROWS_DONE = _counter("batch.rows", "{row}", "Rows of predictions")
RETRIES_DONE = _counter("batch.retries", "{retry}", "Tries of mini-batches after their first")
SCORING_TIME = _counter("batch.scoring.time", "s", "Time of bundles, without waiting for a scorer")
JOB_DURATION = _duration("batch.job.duration", "From invoke to the job's end", _LONG)
JOB_QUEUE = _duration("batch.job.queue.duration", "From invoke to the first mini-batch", _LONG)

# What this process did: work that was done twice counts twice.
RUN_DURATION = _duration("batch.run.duration", "run() of one mini-batch, that counted")
FILES_WAIT = _duration("batch.files.wait.duration", "A bundle's waits for files, together")
BUNDLE_QUEUE = _duration("batch.bundle.queue.duration", "A bundle's wait for a scorer")
INIT_DURATION = _duration("batch.init.duration", "Start of a scorer process, with init()")
STEP_FAILURES = _counter("batch.step.failures", "{failure}", "Steps that will be run again")

# What is on this instance now.
SCORERS = _gauge("batch.scorers", "{process}", "Scorer processes, by state")
SCORER_QUEUE = _gauge("batch.scorer.queue", "{bundle}", "Bundles that wait for a scorer")
SCORER_MEMORY = _gauge("batch.scorer.memory", "By", "Memory of scorer processes and their children")
PROCESS_MEMORY = _gauge("process.memory.usage", "By", "Memory of the worker process")

METRICS = tuple(one for one in globals().copy().values() if isinstance(one, Metric))
