"""How activities are retried: one policy, and the words for when it is spent."""

from datetime import timedelta

import azure.durable_functions as df
from durabletask.task import TaskFailedError

from shared.domain.message import LONGEST_REASON

# An activity fails by exception when a store does not answer or its worker process died. Both pass:
# a restart takes seconds, a store's outage minutes. 2 s is the shortest delay that the real host
# really waits; growing to 15 s, 25 tries last five minutes.
STORE_RETRY = df.RetryPolicy(
    first_retry_interval=timedelta(seconds=2),
    backoff_coefficient=1.5,
    max_retry_interval=timedelta(seconds=15),
    max_number_of_attempts=25,
)


def reason_of(failure: TaskFailedError, step: str) -> str:
    """One line, never empty: what failed, after which step."""
    lines = str(failure).strip().splitlines() or ["no message"]
    return f"{step} failed and was given up after every try: {lines[0]}"[:LONGEST_REASON]
