"""Whole jobs over memory that do not complete: the rows that they had are kept, and told apart."""

import dataclasses
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.deployment import OutputAction
from shared.domain.job import JobSpec
from shared.domain.output_options import Compression, OutputFormat, OutputOptions, PartialRows
from shared.domain.task import EndTask
from tests.app.job_results import predictions, receipt
from tests.app.test_output_forms_in_memory import with_frames
from tests.support.rehearsal import Rehearsal
from tests.support.services_in_memory import App, rehearse, run_job, services_in_memory, upload
from tests.support.specs import CONTAINER, a_spec

HERE = "out/partial/job-1/"


def kept(blobs: MemoryBlobs) -> set[str]:
    return {name.removeprefix(HERE) for name in blobs.list_names(CONTAINER, "out/")}


def rows(blobs: MemoryBlobs, name: str = "rows.csv") -> list[str]:
    return blobs.read(CONTAINER, f"{HERE}{name}").data.decode().splitlines()


def canceled_after(app: App, bundles: int, seed: int = 0) -> Rehearsal:
    """The activities, with a cancel beside the bundle of that number."""
    services, _, _ = app
    rehearsal, done = rehearse(services, seed), list[str]()
    original = rehearsal.activities["score_minibatch"]

    def score(given_: Any) -> Any:
        outcome = original(given_)
        done.append("")
        if len(done) >= bundles:
            services.signals.stop("job-1")
        return outcome

    return dataclasses.replace(
        rehearsal, activities={**rehearsal.activities, "score_minibatch": score}
    )


def test_a_canceled_job_keeps_its_rows_in_input_order_beside_its_output(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, [f"{index}" for index in range(450)])

    ending = run_job(a_spec(mini_batch_size=1), services, canceled_after(app, 1))

    proof = receipt(blobs)
    done, missing = proof["partial"]["mini_batches"], proof["partial"]["missing"]
    assert ("Canceled", "partial", None) == (ending["status"], proof["verdict"], proof["output"])
    assert {"rows.csv", "receipt.json"} == kept(blobs)
    assert 1 <= done < 450
    assert [f"0,{index},f{index:04d}.csv" for index in range(done)] == rows(blobs)
    assert ([{"first": done, "stop": 450}], 450 - done) == (
        missing["mini_batches"],
        missing["files"],
    )
    assert [f"in/f{index:04d}.csv" for index in range(done, 450)] == missing["first_files"]
    assert proof == json.loads(blobs.read(CONTAINER, f"{HERE}receipt.json").data)
    job = services.jobs.get("job-1")
    assert job.state.partial is not None
    assert job.state.partial.uri.endswith("/out/partial/job-1/rows.csv")
    assert f"{done} rows of {done} of 450 mini-batches" in job.state.warnings[0]
    assert ["receipt", "errors", "partial"] == [
        one.output for one in services.find_job_files.list_all(job)
    ]


def test_a_job_whose_threshold_is_passed_keeps_what_it_scored(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "bad", "3", "bad", "5", "6", "7", "8"])

    ending = run_job(a_spec(mini_batch_size=1, error_threshold=1), services)

    proof = receipt(blobs)
    assert ("Failed", "partial") == (ending["status"], proof["verdict"])
    assert ["0,1,f0000.csv", "0,3,f0002.csv"] == rows(blobs)[:2]
    assert 2 == proof["files"]["failed"]
    assert proof["files"]["untried"] == proof["partial"]["missing"]["files"] >= 1


@pytest.mark.parametrize(
    ("contents", "changes"),
    [
        (["1", "2"], {"output": OutputOptions(partial=PartialRows.NONE)}),
        (["bad", "bad"], {}),
        (["no-init"], {}),
        (["1", "2"], {"output_action": OutputAction.SUMMARY_ONLY}),
    ],
    ids=["turned-off", "no-row", "no-minibatch", "no-rows-at-all"],
)
def test_nothing_is_written_where_nothing_is_to_be_kept(
    app: App, contents: list[str], changes: dict[str, Any]
) -> None:
    services, blobs, _ = app
    upload(blobs, [*contents, *(["1"] * 40)])
    spec = a_spec(mini_batch_size=1, error_threshold=1, **changes)

    run_job(spec, services, canceled_after(app, 1))

    assert set() == kept(blobs)
    assert ("incomplete", None) == (receipt(blobs)["verdict"], receipt(blobs).get("partial"))
    assert services.jobs.get("job-1").state.partial is None


def test_a_job_whose_output_was_taken_meanwhile_keeps_all_its_rows(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2"])
    blobs.write(CONTAINER, "out/job-1.csv", b"theirs")

    ending = run_job(a_spec(), services)

    partial = receipt(blobs)["partial"]
    assert "Failed" == ending["status"]
    assert ["0,1,f0000.csv", "0,2,f0001.csv"] == rows(blobs)
    assert {"mini_batches": [], "files": 0, "first_files": []} == partial["missing"]
    assert b"theirs" == blobs.read(CONTAINER, "out/job-1.csv").data


def test_the_next_job_writes_into_the_same_folder_and_leaves_the_rows_alone(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 40)
    run_job(a_spec(mini_batch_size=1), services, canceled_after(app, 1))
    before = blobs.read(CONTAINER, f"{HERE}rows.csv")

    run_job(a_spec(name="job-2"), services)

    assert 40 == len(predictions(blobs, "job-2"))
    assert before == blobs.read(CONTAINER, f"{HERE}rows.csv")
    assert "proven" == receipt(blobs, "job-2")["verdict"]


def test_a_part_that_the_store_lost_is_left_out_and_told(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, [f"{index}" for index in range(450)])
    rehearsal = canceled_after(app, 1_000)
    original = rehearsal.activities["end_job"]

    def lose(given_: Any) -> Any:
        blobs.delete("batch-jobs", "job-1/parts/000001")
        task = EndTask.from_wire(given_).model_copy(update={"fatal": "It ends here."})
        return original(task.to_wire())

    run_job(
        a_spec(mini_batch_size=1),
        services,
        dataclasses.replace(rehearsal, activities={**rehearsal.activities, "end_job": lose}),
    )

    assert [{"first": 200, "stop": 400}] == receipt(blobs)["partial"]["missing"]["mini_batches"]
    assert [*range(200), *range(400, 450)] == [int(row.split(",")[1]) for row in rows(blobs)]


def test_a_place_that_is_taken_does_not_change_how_the_job_ends(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 40)
    blobs.write(CONTAINER, f"{HERE}rows.csv", b"theirs")

    ending = run_job(a_spec(mini_batch_size=1), services, canceled_after(app, 1))

    state = services.jobs.get("job-1").state
    assert ("Canceled", None) == (ending["status"], state.partial)
    assert "The rows that were scored are not kept beside the output." in " ".join(state.warnings)
    assert {"rows.csv"} == kept(blobs)
    assert ["theirs"] == rows(blobs)


class DyingBlobs(MemoryBlobs):
    """The process dies before, or right after, the write of that number to the output folder."""

    countdown = -1
    is_after = False

    def _die(self, name: str, act: Callable[[], Any]) -> Any:
        is_now = name.startswith(HERE) and self.countdown == 0
        if name.startswith(HERE):
            self.countdown -= 1
        if is_now and not self.is_after:
            raise ConnectionError
        done = act()
        if is_now:
            raise ConnectionError
        return done

    def write(self, container: str, name: str, *given_: Any, **more: Any) -> str:
        write = super().write
        return str(self._die(name, lambda: write(container, name, *given_, **more)))

    def stage(self, container: str, name: str, *given_: Any) -> None:
        stage = super().stage
        self._die(name, lambda: stage(container, name, *given_))

    def commit(self, container: str, name: str, *given_: Any, **more: Any) -> str:
        commit = super().commit
        return str(self._die(name, lambda: commit(container, name, *given_, **more)))


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_kill_at_any_write_leaves_nothing_or_all_once_the_step_ran_again(
    tmp_path: Path, step: int, *, is_after: bool
) -> None:
    blobs = DyingBlobs()
    app = services_in_memory(tmp_path, blobs)
    services = app[0]
    upload(blobs, ["1"] * 40)
    rehearsal = canceled_after(app, 1)
    original = rehearsal.activities["end_job"]

    def end_twice(given_: Any) -> Any:
        blobs.countdown, blobs.is_after = step, is_after
        with pytest.raises(ConnectionError):
            original(given_)
        assert "receipt.json" not in kept(blobs) or "rows.csv" in kept(blobs)
        return original(given_)

    activities = {**rehearsal.activities, "end_job": end_twice}
    run_job(
        a_spec(mini_batch_size=1), services, dataclasses.replace(rehearsal, activities=activities)
    )

    content = blobs.read(CONTAINER, f"{HERE}rows.csv").data
    assert {"rows.csv", "receipt.json"} == kept(blobs)
    assert hashlib.sha256(content).hexdigest() == receipt(blobs)["partial"]["sha256"]
    assert len(content.splitlines()) == receipt(blobs)["partial"]["rows"]


def spec_of(size: int, form: OutputFormat, compress: Compression) -> JobSpec:
    output = OutputOptions(format=form, lineage=("mini_batch",), compress=compress)
    return a_spec(mini_batch_size=size, max_concurrency_per_instance=3, output=output)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.integers(1, 30),
    size=st.integers(1, 4),
    seed=st.integers(0, 1000),
    stop=st.integers(1, 12),
    form=st.sampled_from([OutputFormat.CSV_HEADER, OutputFormat.JSONL]),
    compress=st.sampled_from(list(Compression)),
)
def test_whenever_it_is_canceled_each_file_is_in_or_missing(
    tmp_path: Path,
    files: int,
    size: int,
    seed: int,
    stop: int,
    form: OutputFormat,
    compress: Compression,
) -> None:
    """The rows are those of the mini-batches that are not missing, in input order."""
    app = with_frames(services_in_memory(tmp_path), tmp_path)
    services, blobs, _ = app
    upload(blobs, [f"x {index}" for index in range(files)])
    spec = spec_of(size, form, compress)

    ending = run_job(spec, services, canceled_after(app, stop, seed))

    if ending["status"] == "Completed":  # the cancel came beside its last bundle
        assert "proven" == receipt(blobs)["verdict"]
        assert "partial" not in receipt(blobs)
        return
    proof = receipt(blobs)["partial"]
    content = blobs.read(CONTAINER, f"{HERE}rows{spec.settings.output.extension}").data
    assert hashlib.sha256(content).hexdigest() == proof["sha256"]
    text = gzip.decompress(content) if compress is Compression.GZIP else content
    lines = text.decode().splitlines()
    if form is OutputFormat.CSV_HEADER:
        assert "x,mini_batch" == lines.pop(0)
        found = [int(line.split(",")[0]) for line in lines]
    else:
        found = [int(json.loads(line)["x"]) for line in lines]
    out = {
        index
        for span in proof["missing"]["mini_batches"]
        for index in range(span["first"] * size, min(span["stop"] * size, files))
    }
    assert [index for index in range(files) if index not in out] == found
    assert [f"in/f{index:04d}.csv" for index in sorted(out)] == proof["missing"]["first_files"]
    assert (len(out), len(found)) == (proof["missing"]["files"], proof["rows"])
