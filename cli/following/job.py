"""Following a job to its end: the lines of its log, and one live line of counts.

1. look at the job's document
2. write what is new in its log
3. it has ended: answer the document, or raise what it failed of
4. draw the live line, wait a little, begin again
"""

import time
from collections.abc import Iterator

from cli.answers import JSON
from cli.connection.service import Service
from cli.console import Console
from cli.errors import JobFailed
from cli.following.job_addresses import address_of, log_links
from cli.following.patience import Patience, pause_s
from cli.following.progress_line import progress_line

STREAMED = "user_logs/std_log.txt"
ENDED = frozenset({"Completed", "Failed", "Canceled"})


def follow_job(service: Service, job: str, out: Console) -> JSON:
    """The job's document, as its scoring URI shows it, once it is Completed.

    Raises JobFailed for any other end, and ResourceNotFound. Who interrupts it leaves the job
    running.
    """
    patience, log, began = Patience(out), JobLog(service, job), time.monotonic()
    try:
        with out:
            address = patience.ask(lambda: address_of(service, job))
            while True:
                document = patience.ask(lambda: service.get(address))
                for line in patience.ask(log.read_on):
                    out.line(line)
                if document["properties"]["status"] in ENDED:
                    return completed(document)
                out.live(progress_line(document["properties"]))
                time.sleep(pause_s(time.monotonic() - began))
    except KeyboardInterrupt:
        out.line(f"Job '{job}' goes on. Come back to it: bep job stream --name {job}")
        out.line(f"To end it: bep job cancel --name {job}")
        raise


def completed(document: JSON) -> JSON:
    """The document of an ended job; raises JobFailed unless it completed."""
    name, properties = document["name"], document["properties"]
    if properties["status"] == "Completed":
        return document
    reason = (properties.get("error") or {}).get("message", "")
    verb = "was canceled" if properties["status"] == "Canceled" else "failed"
    raise JobFailed(
        f"Job '{name}' {verb}{f': {reason}' if reason else '.'}",
        fix=f"What failed: bep job errors --name {name}; its logs: bep job logs --name {name}",
    )


class JobLog:
    """The streamed log, which only grows: each look gives the lines that are new."""

    def __init__(self, service: Service, job: str) -> None:
        self._service = service
        self._job = job
        self._seen = 0

    def read_on(self) -> list[str]:
        lines = list(self._lines())
        news = lines[self._seen :]
        self._seen = max(self._seen, len(lines))
        return news

    def _lines(self) -> Iterator[str]:
        link = log_links(self._service, self._job).get(STREAMED)
        if link:
            yield from self._service.read_link(link).decode(errors="replace").splitlines()
