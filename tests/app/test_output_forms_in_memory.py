"""Whole jobs over memory: predictions with a header, as JSON, packed, and under the next name."""

import csv
import dataclasses
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.end_job import end
from shared.domain.job import Ending, JobSpec
from shared.domain.output_options import Compression, IfExists, OutputFormat, OutputOptions
from shared.domain.receipt import Receipt
from shared.domain.task import EndTask
from shared.scoring.child.messages import RunDone, RunRequest
from shared.scoring.child.named_columns import WrongColumns
from shared.scoring.child.script import named_rows
from shared.scoring.scorer.verdicts import run_verdict, scored_of
from shared.scoring.scorer_spec import LocalFile, Scored, ScoringFailed
from shared.stores.job_columns import JobColumns
from shared.stores.reports import Reports
from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import (
    App,
    ScriptedScorer,
    rehearse,
    run_job,
    services_in_memory,
    upload,
)
from tests.support.specs import CONTAINER, a_spec

HEADER = OutputOptions(format=OutputFormat.CSV_HEADER, lineage=("file",))


class FrameScorer(ScriptedScorer):
    """A script whose frames have a row for each word of a file, in columns that its first says."""

    def score(self, files: Sequence[LocalFile], output: Path, **how: Any) -> Scored:
        asked = how["rows"]
        if asked.form is None:
            return super().score(files, output, **how)
        frames = []
        for file in files:
            columns, *words = file.path.read_text().split()
            names = columns.split(",")
            frames.append(pd.DataFrame([[word] * len(names) for word in words], columns=names))
        full = [frame for frame in frames if len(frame)]
        if len({tuple(frame.columns) for frame in full}) > 1:
            raise ScoringFailed("they differ", kind="exception", error_type="ValueError")
        result = pd.concat(full, ignore_index=True) if full else frames[0]
        request = RunRequest(
            tuple((str(file.path), file.name) for file in files), str(output), 0, asked.form
        )
        try:
            done = named_rows.write(result, request, asked.form)
        except WrongColumns as error:
            raise ScoringFailed(str(error), kind="exception", error_type="WrongColumns") from None
        answer = asked.judge(
            RunDone(done.elements, len(files), (), done.size, 0.001, (), done.columns, done.shapes)
        )
        if isinstance(answer, RunDone):
            return scored_of(answer, output, ())
        raise run_verdict(answer)


class DyingReports(Reports):
    """The first time, the process dies before anything is written."""

    is_dying = True

    def write(self, ending: Ending, receipt: Receipt, warnings: Sequence[str]) -> None:
        if self.is_dying:
            self.is_dying = False
            raise ConnectionError
        super().write(ending, receipt, warnings)


class Forgetful(JobColumns):
    """As over a store that loses what was agreed."""

    def known(self, spec: JobSpec) -> tuple[str, ...]:
        return ()

    def agree(self, spec: JobSpec, columns: tuple[str, ...]) -> tuple[str, ...]:
        return columns


@pytest.fixture
def framed(app: App, tmp_path: Path) -> App:
    return with_frames(app, tmp_path)


def with_frames(app: App, folder: Path) -> App:
    services, blobs, _ = app
    scorer = FrameScorer(folder)
    services.scorers.member = scorer  # type: ignore[attr-defined]  # the scripted ones
    return services, blobs, scorer


def test_the_header_is_written_once_though_the_first_files_have_no_rows(framed: App) -> None:
    services, blobs, _ = framed
    upload(blobs, ["x,y", "x,y", "x,y 1 2", "x,y", "x,y 3"])

    ending = run_job(a_spec(mini_batch_size=1, output=HEADER), services)

    rows = ["1,1,f0002.csv", "2,2,f0002.csv", "3,3,f0004.csv"]
    assert ["x,y,file", *rows] == predictions(blobs)
    content = blobs.read(CONTAINER, "out/job-1.csv").data
    proof = receipt(blobs)
    assert ("Completed", "proven") == (ending["status"], proof["verdict"])
    assert (3, len(content), hashlib.sha256(content).hexdigest()) == (
        proof["output"]["rows"],
        proof["output"]["bytes"],
        proof["output"]["sha256"],
    )


def test_files_whose_columns_are_others_fail_in_words_and_the_rest_keep_their_rows(
    framed: App,
) -> None:
    """One by one they are found in their mini-batches, as any bad file is."""
    services, blobs, _ = framed
    upload(blobs, ["x 1", "x 2", "y 3", "x 4", "x 5", "z,x 6"])

    run_job(a_spec(mini_batch_size=3, output=HEADER), services)

    assert ["x", "1", "2", "4", "5"] == [line.partition(",")[0] for line in predictions(blobs)]
    errors = blobs.read("batch-jobs", "job-1/errors.jsonl").data.decode().splitlines()
    failed = {json.loads(line)["file"]: json.loads(line)["message"] for line in errors}
    assert {"f0002.csv", "f0005.csv"} == set(failed)
    assert "'y', 'file' are not those of the header" in failed["f0002.csv"]


def test_a_job_without_rows_has_no_header(framed: App) -> None:
    services, blobs, _ = framed
    upload(blobs, ["x", "x"])

    run_job(a_spec(output=HEADER), services)

    assert [] == predictions(blobs)
    assert 0 == receipt(blobs)["output"]["rows"]


def test_rows_that_a_lost_agreement_let_differ_fail_the_job(framed: App) -> None:
    """The records know the columns of what was accepted: no file has rows below a wrong header."""
    services, blobs, _ = framed
    upload(blobs, ["x 1", "y 2"])
    services.results.columns = Forgetful(blobs)

    ending = run_job(a_spec(mini_batch_size=1, output=HEADER), services)

    assert "Failed" == ending["status"]
    assert "mini-batch 1 on have other columns than those from mini-batch 0" in ending["reason"]
    assert not blobs.exists(CONTAINER, "out/job-1.csv")


def rows_of(data: bytes, output: OutputOptions) -> list[Any]:
    if output.format is OutputFormat.PARQUET:
        return pd.read_parquet(io.BytesIO(data)).to_dict("records")
    text = (gzip.decompress(data) if output.compress is Compression.GZIP else data).decode()
    if output.format is OutputFormat.JSONL:
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text)))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(
        st.lists(st.sampled_from(["1", "a,b", 'q"']), max_size=3), min_size=1, max_size=12
    ),
    size=st.integers(1, 4),
    width=st.integers(1, 4),
    seed=st.integers(0, 1000),
    form=st.sampled_from([OutputFormat.CSV_HEADER, OutputFormat.JSONL, OutputFormat.PARQUET]),
    compress=st.sampled_from(list(Compression)),
)
def test_any_order_of_completion_gives_the_same_bytes_in_every_form(
    tmp_path: Path,
    files: list[list[str]],
    size: int,
    width: int,
    seed: int,
    form: OutputFormat,
    compress: Compression,
) -> None:
    services, blobs, _ = with_frames(services_in_memory(tmp_path), tmp_path)
    upload(blobs, [" ".join(["x", *words]) for words in files])
    output = OutputOptions(format=form, lineage=("mini_batch", "job"), compress=compress)
    spec = a_spec(mini_batch_size=size, max_concurrency_per_instance=width, output=output)

    run_job(spec, services, rehearse(services, seed))

    packed = blobs.read(CONTAINER, "out/job-1.csv").data
    assert hashlib.sha256(packed).hexdigest() == receipt(blobs)["output"]["sha256"]
    expected = [word for words in files for word in words]
    assert expected == [row["x"] for row in rows_of(packed, output)]
    assert len(expected) == receipt(blobs)["output"]["rows"]


@pytest.mark.parametrize(
    "form", [OutputFormat.CSV_HEADER, OutputFormat.JSONL, OutputFormat.PARQUET]
)
def test_steps_that_run_twice_write_the_same_as_once(framed: App, form: OutputFormat) -> None:
    """The second run of a step meets the header that the first has said."""
    services, blobs, _ = framed
    upload(blobs, ["x", "x 1", "x 2 3", "y 4"])
    output = OutputOptions(format=form, lineage=("file", "row"), compress=Compression.GZIP)
    rehearsal = rehearse(services)

    def twice(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda given_: (step(given_), step(given_))[1]

    doubled = {name: twice(step) for name, step in rehearsal.activities.items()}
    run_job(
        a_spec(mini_batch_size=1, output=output),
        services,
        dataclasses.replace(rehearsal, activities=doubled),
    )

    rows = rows_of(blobs.read(CONTAINER, "out/job-1.csv").data, output)
    has_header = form is OutputFormat.CSV_HEADER
    assert (3 if has_header else 4) == len(rows)
    assert (1 if has_header else 0) == receipt(blobs)["files"]["failed"]
    assert "proven" == receipt(blobs)["verdict"]


def test_predictions_whose_name_is_taken_get_the_next_free_one(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"])
    for taken in ("out/job-1.csv", "out/job-1-2.csv"):
        blobs.write(CONTAINER, taken, b"another's")

    ending = run_job(a_spec(output=OutputOptions(if_exists=IfExists.VERSION)), services)

    assert "Completed" == ending["status"]
    assert b"0,1,f0000.csv\n" == blobs.read(CONTAINER, "out/job-1-3.csv").data
    assert b"another's" == blobs.read(CONTAINER, "out/job-1.csv").data
    job = services.jobs.get("job-1")
    assert ("out/job-1-3.csv", 3) == (job.spec.output.location.path, job.spec.output.version)
    assert receipt(blobs)["output"]["uri"].endswith("/out/job-1-3.csv")
    assert "job-1-3.csv" == receipt(blobs)["output"]["files"][0]["path"]


def test_a_step_that_ends_the_job_again_finds_the_name_that_it_took(app: App) -> None:
    """It died after the commit, and the first name is free by now."""
    services, blobs, _ = app
    upload(blobs, ["1"])
    blobs.write(CONTAINER, "out/job-1.csv", b"another's")
    spec = a_spec(output=OutputOptions(if_exists=IfExists.VERSION))
    services = dataclasses.replace(services, reports=DyingReports(blobs, services.results))

    def end_twice(given: Any) -> Any:
        with pytest.raises(ConnectionError):
            end(EndTask.from_wire(given), services)
        blobs.delete(CONTAINER, "out/job-1.csv")
        return end(EndTask.from_wire(given), services).to_wire()

    rehearsal = rehearse(services)
    activities = {**rehearsal.activities, "end_job": end_twice}
    run_job(spec, services, dataclasses.replace(rehearsal, activities=activities))

    assert blobs.exists(CONTAINER, "out/job-1-2.csv")
    assert not blobs.exists(CONTAINER, "out/job-1.csv")
