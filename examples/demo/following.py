"""Following a job: a live bar with counts and the time that remains."""

import sys
import time
from typing import Any

from examples.demo.service import Service, ServiceFailed
from shared.domain.progress import Eta

POLL_S = 0.25
LIMIT_S = 600
WIDTH = 30
ENDED = ("Completed", "Failed", "Canceled")


def follow(service: Service, poll_uri: str) -> Any:
    """Show the job's progress until it ends; returns its document."""
    deadline = time.monotonic() + LIMIT_S
    shown = ""
    while time.monotonic() < deadline:
        job = service.get(poll_uri)
        line = bar(job["properties"])
        if line != shown:
            shown = line
            _show(line)
        if job["properties"]["status"] in ENDED:
            _finish()
            return job
        time.sleep(POLL_S)
    raise ServiceFailed(f"The job did not end within {LIMIT_S} s. It is at {poll_uri}.")


def bar(properties: Any) -> str:
    """One line: a bar, counts of files, the failed ones, and the range of the time left."""
    progress, status = properties["progress"], properties["status"]
    if progress is None:
        return f"{status}"
    files = progress["files"]
    filled = WIDTH * files["done"] // max(1, files["total"])
    eta = progress["eta"]
    left = f", {Eta.from_wire(eta)} left" if eta else ""
    counts = f"{files['done']}/{files['total']} files, {files['failed']} failed"
    return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {counts}{left}  {status}"


def _show(line: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K  {line}")
    else:
        sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def _finish() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\n")
