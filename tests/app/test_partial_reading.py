"""Rows of a job that runs, read in pieces after each of its steps: what is in, and what is not."""

import dataclasses
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.application.read_partial import PartialView
from shared.domain.custom_status import CustomStatus
from shared.domain.deployment import OutputAction
from shared.domain.errors import Conflict, Removed
from shared.domain.function_names import SCORE_JOB
from shared.domain.job import JobStatus
from shared.domain.minibatch import Span
from shared.domain.outcome import Tally
from shared.domain.output_options import OutputFormat, OutputOptions, PartialRows
from shared.ports import Instance
from shared.services import Services
from shared.stores.job_remains import JobRemainsStore
from tests.app.test_output_forms_in_memory import with_frames
from tests.support.asking import Asked
from tests.support.orchestrations import NOON, Orchestrations
from tests.support.rehearsal import Rehearsal
from tests.support.services_in_memory import App, rehearse, run_job, services_in_memory, upload
from tests.support.specs import CONTAINER, a_spec
from tests.support.waiting import wait_until
from triggers.partial_rows import read_partial

SHARD = 200


@dataclass
class RunningHub(Orchestrations):
    """The job's orchestration, which says what it planned."""

    plan: Any = None

    def find(self, instance: str) -> Instance | None:
        status = CustomStatus(status=JobStatus.RUNNING, tally=Tally()).to_wire()
        custom = status | {"plan": self.plan}
        return Instance("", "Running", custom, None, "", SCORE_JOB, NOON, NOON)


def read(services: Services, plan: Any) -> Any:
    """By a reader, while the job runs."""
    return Asked(services, RunningHub(services, plan=plan)).read(read_partial)


def content(blobs: MemoryBlobs, piece: Any) -> bytes:
    """What the piece's link leads to, checked as a client checks it."""
    if piece["url"] is None:
        return b""
    container, _, name = unquote(urlsplit(piece["url"]).path).split("/", 2)[2].partition("/")
    data = rest = blobs.read(container, name).data
    for segment in piece["segments"]:
        own, rest = rest[: segment["bytes"]], rest[segment["bytes"] :]
        assert hashlib.sha256(own).hexdigest() == segment["sha256"]
    assert rest == b""
    assert len(data) == piece["bytes"]
    return data


def after_each(rehearsal: Rehearsal, look: Callable[[Any], None]) -> Rehearsal:
    """Somebody looks after each step of the job but its last; `look` is told what is planned."""
    planned = list[Any]()

    def looked_at(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def act(given_: Any) -> Any:
            done = step(given_)
            is_plan = isinstance(done, dict) and "plan" in done
            planned.append(done["plan"] if is_plan else planned[-1])
            look(planned[-1])
            return done

        return act

    steps = ("plan_job", "score_minibatch", "close_shard")
    watched = {name: looked_at(rehearsal.activities[name]) for name in steps}
    return dataclasses.replace(rehearsal, activities={**rehearsal.activities, **watched})


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.integers(1, 30),
    bad=st.sets(st.integers(0, 29), max_size=4),
    size=st.integers(1, 3),
    width=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_at_each_moment_every_file_is_in_or_missing_and_rows_are_in_input_order(
    tmp_path: Path, files: int, bad: set[int], size: int, width: int, seed: int
) -> None:
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["bad" if index in bad else f"{index}" for index in range(files)])
    seen = list[int]()

    def look(plan: Any) -> None:
        told = read(services, plan)
        out = {
            index
            for span in told["missing"]["mini_batches"]
            for index in range(span["first"] * size, min(span["stop"] * size, files))
        }
        done = [index for index in range(files) if index not in out]
        rows = b"".join(content(blobs, piece) for piece in told["pieces"]).decode().splitlines()
        assert [f"0,{one},f{one:04d}.csv" for one in done if one not in bad] == rows
        assert len(out) == told["missing"]["files"]
        assert [f"in/f{one:04d}.csv" for one in sorted(out)] == told["missing"]["first_files"]
        assert sum(piece["files"] for piece in told["pieces"]) == len(done)
        assert "partial" == told["verdict"]
        seen.append(len(done))

    spec = a_spec(mini_batch_size=size, max_concurrency_per_instance=width)
    run_job(spec, services, after_each(rehearse(services, seed), look))

    assert (sorted(seen), files) == (seen, seen[-1])
    assert 0 < seen[1]
    wait_until(lambda: not list(blobs.list_names("batch-jobs", "job-1/rows/")))


def test_a_long_job_is_read_page_by_page_over_its_closed_shards(app: App) -> None:
    services, blobs, _ = app
    count = 2 * SHARD + 10
    upload(blobs, ["1"] * count)
    pages = list[PartialView]()
    reader = dataclasses.replace(services.look_into_job.read_partial, shards_at_once=1)

    def look(plan: Any) -> None:
        if not pages and blobs.exists("batch-jobs", "job-1/outcomes/000001.json"):
            hub = RunningHub(services, plan=plan)
            seen = services.look_into_job.inspect("endpoint", "job-1", hub)
            pages.extend(reader(seen, first) for first in range(3))

    run_job(a_spec(mini_batch_size=1), services, after_each(rehearse(services), look))

    assert [1, 2, None] == [page.next_shard for page in pages]
    assert [1, 1, 0] == [len(page.pieces) for page in pages]
    left = [Span(first=2 * SHARD, stop=count)]
    assert [left] * 3 == [page.missing.mini_batches for page in pages]
    assert ["job-1/parts/000000", "job-1/parts/000001"] == [
        piece.location.path for page in pages for piece in page.pieces
    ]


def test_a_form_with_a_header_tells_it_before_there_is_a_file(app: App, tmp_path: Path) -> None:
    services, blobs, _ = with_frames(app, tmp_path)
    upload(blobs, ["x,y 1", "x,y 2"])
    told = list[Any]()
    output = OutputOptions(format=OutputFormat.CSV_HEADER)

    rehearsal = after_each(rehearse(services), lambda plan: told.append(read(services, plan)))
    run_job(a_spec(mini_batch_size=1, output=output), services, rehearsal)

    assert ["", "x,y\n"] == [one["header"] for one in told[:2]]
    assert b"1,1\n" == content(blobs, told[-1]["pieces"][0])[:4]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output": OutputOptions(partial=PartialRows.NONE)}, "outputPartial"),
        ({"output_action": OutputAction.SUMMARY_ONLY}, "summary_only"),
    ],
    ids=["turned-off", "no-rows"],
)
def test_a_job_that_shows_no_rows_says_why_and_writes_none_twice(
    app: App, changes: dict[str, Any], words: str
) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2"])

    def look(plan: Any) -> None:
        with pytest.raises(Conflict, match=words):
            read(services, plan)
        wait_until(lambda: not list(blobs.list_names("batch-jobs", "job-1/rows/")))

    run_job(a_spec(mini_batch_size=1, **changes), services, after_each(rehearse(services), look))


def test_a_completed_job_and_one_whose_parts_are_gone_have_none(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "bad"])
    run_job(a_spec(), services)
    run_job(a_spec(name="job-2", error_threshold=0), services)

    with pytest.raises(Conflict, match="is Completed: its predictions are whole"):
        read(services, None)
    job = services.jobs.get("job-2")
    told = Asked(services, Orchestrations(services)).hub
    seen = services.look_into_job.inspect("endpoint", "job-2", told)
    assert 1 == len(services.look_into_job.read_partial(seen, 0).pieces)
    gone = job.cleared.model_copy(update={"parts": job.spec.created_at})
    with pytest.raises(Removed, match="intermediate files"):
        services.look_into_job.read_partial(
            dataclasses.replace(seen, job=job.model_copy(update={"cleared": gone})), 0
        )


def test_what_a_job_kept_goes_with_its_predictions_and_nothing_else_does(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "bad", "3"])
    run_job(a_spec(mini_batch_size=1, error_threshold=0), services)
    blobs.write(CONTAINER, "out/partial/job-1/notes.txt", b"theirs")
    with ThreadPoolExecutor(1) as deleters:
        remains = JobRemainsStore(blobs, deleters)

        cleaned = remains.remove_published(services.jobs.get("job-1").spec, lambda: False)

    assert 2 == cleaned.count
    assert ["out/partial/job-1/notes.txt"] == list(blobs.list_names(CONTAINER, "out/"))
