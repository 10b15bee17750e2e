"""A storm of uploads: by several clients, some twice, some overwritten, the host killed meanwhile.

What may come of it follows from the rules alone: every final version is scored exactly once, and
the jobs are as few as the rules allow.
"""

import json
import random
import time
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, pairwise
from threading import Lock
from typing import Any

from tests.service.models import csv_of, rows_of
from tests.support.stack import Stack
from tests.support.waiting import wait_until

CLIENTS, KILLS = 8, 5
SPREAD_S = 20.0
"""So long the uploads take that five kills come into, if the machine is quick enough."""
LIMIT_S = 240.0
FIRST = 1000
"""What uploads are numbered from, far from what the model fails at."""
TWICE, OVERWRITTEN = 7, 5
"""Of so many files one is uploaded twice at the same time, and one is overwritten later."""


@dataclass(frozen=True)
class Storm:
    """What goes where, and by which rules it is gathered."""

    container: str
    folder: str
    files: int
    quiet_s: int
    most_files: int
    kills: int = KILLS

    @property
    def gather(self) -> dict[str, int]:
        wait_s = 86_400  # nothing waits too long
        return {
            "quietSeconds": self.quiet_s,
            "mostFiles": self.most_files,
            "mostWaitSeconds": wait_s,
        }

    @property
    def pace_s(self) -> float:
        """From one upload to the next: with five kills, some twenty seconds in all."""
        return SPREAD_S * self.kills / KILLS / len(self.order())

    def name(self, number: int) -> str:
        return f"{self.folder}/f{number:04d}.csv"

    def order(self) -> list[int]:
        numbers = [*range(self.files), *range(0, self.files, TWICE)]
        random.Random(7).shuffle(numbers)  # noqa: S311
        return numbers + list(range(0, self.files, OVERWRITTEN))


@dataclass
class Uploaded:
    """What was uploaded: when, and what stands in the last version of each file."""

    moments: list[float] = field(default_factory=list[float])
    rows: dict[str, int] = field(default_factory=dict[str, int])

    def most_jobs(self, versions: int, storm: Storm) -> int:
        """A job takes as many files as it may, or it was quiet before it: at the end, for one.

        The store tells time in whole seconds.
        """
        breaks = sum(b - a > storm.quiet_s - 1 for a, b in pairwise(self.moments))
        return versions // storm.most_files + breaks + 1


def upload_storm(stack: Stack, storm: Storm, after_each: Callable[[str], None]) -> Uploaded:
    """Upload all; now and then a client kills the host, and waits until it is back."""
    done, lock, one_kill = Uploaded(), Lock(), Lock()
    numbers, counted, pace_s = storm.order(), count(), storm.pace_s
    kill_at = {len(numbers) * part // storm.kills - 1 for part in range(1, storm.kills + 1)}
    client, began = stack.blobs.get_container_client(storm.container), time.monotonic()

    def act(number: int) -> None:
        turn = next(counted)
        time.sleep(max(0.0, began + turn * pace_s - time.monotonic()))
        name = storm.name(number)
        client.upload_blob(name, csv_of((number, FIRST + turn)), overwrite=True)
        with lock:
            insort(done.moments, time.monotonic())
        after_each(name)
        if turn in kill_at:
            with one_kill:
                stack.back_after("host", stack.kill("host"))

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(act, numbers))
    return done


def batches(stack: Stack, endpoint: str, watch: str) -> list[Any]:
    """What was accepted, by the documents of the record."""
    client = stack.blobs.get_container_client("batch-registry")
    names = client.list_blob_names(name_starts_with=f"accepted/{endpoint}/{watch}/")
    return [json.loads(client.download_blob(one).readall()) for one in names if "/batches/" in one]


def versions_of(found: Iterable[Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["etag"]) for batch in found for one in batch["files"]]


def jobs_of(stack: Stack, endpoint: str) -> list[Any]:
    return list(stack.send("GET", f"/endpoints/{endpoint}/jobs?$top=1000").body["value"])


def wait_for_all(stack: Stack, endpoint: str, watch: str, storm: Storm) -> list[Any]:
    """The batches once every final version is in one, and each of them has a job."""
    client = stack.blobs.get_container_client(storm.container)
    listed = client.list_blobs(name_starts_with=f"{storm.folder}/")
    final = {(blob.name, blob.etag.strip('"')) for blob in listed}
    assert storm.files == len(final)

    def all_accepted() -> list[Any]:
        found = batches(stack, endpoint, watch)
        return found if final <= set(versions_of(found)) else []

    found = wait_until(all_accepted, limit_s=LIMIT_S, every_s=0.5)
    wait_until(lambda: len(found) == len(jobs_of(stack, endpoint)), limit_s=60, every_s=0.5)
    return found


def wait_for_receipt(stack: Stack, job: Any) -> Any:
    """Out of the store: a host of another task hub takes a job that still runs for purged."""
    blob = stack.blobs.get_blob_client("batch-jobs", f"{job['name']}/receipt.json")
    wait_until(blob.exists, limit_s=LIMIT_S, every_s=0.5)
    return stack.receipt(job)


def check_scored_once(stack: Stack, endpoint: str, watch: str, storm: Storm) -> tuple[int, int]:
    """Every final version by one job, no version by two; each receipt lists its files.

    Returns how many versions were scored, in how many jobs.
    """
    found = wait_for_all(stack, endpoint, watch, storm)
    jobs, versions, scored = jobs_of(stack, endpoint), versions_of(found), dict[str, list[str]]()
    assert [] == [one for one, times in Counter(versions).items() if times > 1]
    for batch in found:
        job = next(one for one in jobs if one["name"].endswith(f"-{batch['number']:06d}"))
        receipt = wait_for_receipt(stack, job)
        properties = stack.ended(job, limit_s=LIMIT_S)
        assert "Completed" == properties["status"], properties
        assert batch["files"] == receipt["batch"]["files"]
        assert len(batch["files"]) == receipt["files"]["scored"] + receipt["files"]["failed"]
        names = {one["name"].rpartition("/")[2] for one in batch["files"]}
        for row in stack.output(properties).decode().splitlines():
            name = row.rpartition(",")[2]
            assert name in names
            scored.setdefault(name, []).append(row)
    _check_last_versions(stack, storm, scored)
    return len(versions), len(jobs)


def _check_last_versions(stack: Stack, storm: Storm, scored: dict[str, list[str]]) -> None:
    """What a file holds in the end was scored once; what it held before, at most once."""
    client = stack.blobs.get_container_client(storm.container)

    def expected(number: int) -> tuple[str, list[str]]:
        name = storm.name(number)
        x, n = client.download_blob(name).readall().decode().splitlines()[1].split(",")
        base = name.rpartition("/")[2]
        return base, rows_of(base, (float(x), int(n)))

    with ThreadPoolExecutor(CLIENTS) as readers:
        for base, rows in readers.map(expected, range(storm.files)):
            assert rows == [row for row in scored[base] if row in rows]
    doubled = [rows for rows in scored.values() if len(rows) != len(set(rows))]
    assert [] == doubled
