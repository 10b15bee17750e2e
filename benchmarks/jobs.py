"""Invoke an endpoint and wait for its job's end, as a client does."""

import csv
import io
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from examples.demo.service import Service

POLL_S, LONGEST_POLL_S = 0.1, 1.0
"""Each poll takes milliseconds from the cores that score: while the end is far they are rarer."""
POLLS_TO_THE_END = 10
UNDER_WAY = {"NotStarted", "Preparing", "Running", "Finalizing"}
REPORT = "logs/sys/job_report/processed_mini-batches.csv"


@dataclass(frozen=True)
class EndedJob:
    """A completed job: `seconds` from the POST to the poll that said so.

    `minibatches` is its report, a row for each; `output_uri` names the predictions; `status_url`
    is where its orchestration can be asked.
    """

    name: str
    posted_at: datetime
    seconds: float
    minibatches: list[dict[str, str]]
    output_uri: str
    status_url: str

    def until(self, moment: str) -> float:
        """Seconds from the POST to a moment as the report writes it."""
        return (datetime.fromisoformat(moment) - self.posted_at).total_seconds()


def scored(service: Service, scoring_uri: str, input_uri: str, split: str = "") -> EndedJob:
    """Raises RuntimeError unless the job completes."""
    given = {"input": {"jobInputType": "UriFolder", "uri": input_uri, "split": split}}
    posted_at, began = datetime.now(UTC), time.perf_counter()
    started = service.post(scoring_uri, {"properties": {"inputData": given}})
    poll = started["services"]["Poll"]["endpoint"]
    while (properties := service.get(poll)["properties"])["status"] in UNDER_WAY:
        time.sleep(_until_next_poll(properties))
    seconds = time.perf_counter() - began
    if properties["status"] != "Completed":
        raise RuntimeError(f"The job is {properties['status']}: {properties}")
    report = service.download("batch-jobs", f"{started['name']}/{REPORT}").decode()
    return EndedJob(
        name=started["name"],
        posted_at=posted_at,
        seconds=seconds,
        minibatches=list(csv.DictReader(io.StringIO(report))),
        output_uri=properties["outputData"]["score"]["uri"],
        status_url=started["statusQueryGetUri"],
    )


def _until_next_poll(properties: dict[str, Any]) -> float:
    """Seconds: a part of what the job itself says that it still takes."""
    eta = (properties["progress"] or {}).get("eta")
    left_s = eta["low_s"] if eta else 0.0
    return min(LONGEST_POLL_S, max(POLL_S, left_s / POLLS_TO_THE_END))
