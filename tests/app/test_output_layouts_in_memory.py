"""Whole jobs over memory whose predictions are several files: of inputs, or of partitions."""

import csv
import dataclasses
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.job import JobSpec
from shared.domain.job_output import JobOutput
from shared.domain.output_folder import marker_of
from shared.domain.output_options import (
    Compression,
    IfExists,
    OutputFormat,
    OutputLayout,
    OutputOptions,
)
from shared.domain.resolved_deployment import Location
from shared.scoring.child.framed_rows import NOTHING, escaped
from shared.scoring.child.messages import RunDone, RunRequest
from shared.scoring.child.named_columns import WrongColumns
from shared.scoring.child.script import named_rows
from shared.scoring.scorer.verdicts import scored_of
from shared.scoring.scorer_spec import LocalFile, Scored, ScoringFailed
from shared.stores.layout import output_files
from tests.app.job_results import receipt
from tests.support.services_in_memory import (
    App,
    ScriptedScorer,
    rehearse,
    run_job,
    services_in_memory,
    upload,
)
from tests.support.specs import CONTAINER, a_spec

type Rows = list[dict[str, Any]]
NAMED = (OutputFormat.CSV_HEADER, OutputFormat.JSONL, OutputFormat.PARQUET)


class ObjectScorer(ScriptedScorer):
    """A script that returns what its only file lists: an object for each of its rows."""

    def score(self, files: Sequence[LocalFile], output: Path, **how: Any) -> Scored:
        asked = how["rows"]
        try:
            rows = [json.loads(file.path.read_text()) for file in files]
        except ValueError as error:
            raise ScoringFailed(str(error), kind="exception", error_type="ValueError") from None
        result: Any = [row for some in rows for row in some]
        if asked.form.format == "csv_header":
            result = pd.DataFrame(result, columns=["n", "c"], dtype=object)
        request = RunRequest(
            tuple((str(file.path), file.name) for file in files),
            str(output),
            0,
            asked.form,
            keys=asked.keys(files),
        )
        try:
            done = named_rows.write(result, request, asked.form)
        except WrongColumns as error:
            raise ScoringFailed(str(error), kind="exception", error_type="WrongColumns") from None
        answer = asked.judge(
            RunDone(done.elements, len(files), (), done.size, 0.001, (), done.columns, done.shapes)
        )
        assert isinstance(answer, RunDone)
        return scored_of(answer, output, ())


def with_objects(folder: Path) -> App:
    services, blobs, _ = services_in_memory(folder)
    scorer = ObjectScorer(folder)
    services.scorers.member = scorer  # type: ignore[attr-defined]  # the scripted ones
    return services, blobs, scorer


@pytest.fixture
def app(tmp_path: Path) -> App:
    return with_objects(tmp_path)


def in_folder(output: OutputOptions, size: int = 1, folder: str = "out", **more: Any) -> JobSpec:
    spec = a_spec(mini_batch_size=size, output=output, **more)
    uri = f"azureml://datastores/workspaceblobstore/paths/{folder}/"
    location = Location(container=CONTAINER, path=marker_of(folder))
    place = JobOutput(name="score", uri=uri, location=location)
    return spec.model_copy(update={"output": place})


def marker(blobs: MemoryBlobs, folder: str = "out") -> Any:
    return json.loads(blobs.read(CONTAINER, f"{folder}/_SUCCESS").data)


def rows_of(data: bytes, output: OutputOptions) -> Rows:
    if output.format is OutputFormat.PARQUET:
        frame = pd.read_parquet(io.BytesIO(data))
        rows: Any = frame.astype(object).where(frame.notna(), None).to_dict("records")
        return list(rows)
    text = (gzip.decompress(data) if output.compress is Compression.GZIP else data).decode()
    if output.format is OutputFormat.JSONL:
        return [json.loads(line) for line in text.splitlines()]
    return [{**row, "n": int(row["n"])} for row in csv.DictReader(io.StringIO(text))]


def published(blobs: MemoryBlobs, output: OutputOptions, folder: str = "out") -> dict[str, Rows]:
    """The rows of each file, in the order of the list; all of them are listed, with their rows."""
    listed = marker(blobs, folder)["files"]
    names = {item.name for item in blobs.list_blobs(CONTAINER, f"{folder}/")}
    assert {f"{folder}/_SUCCESS", *(f"{folder}/{file['path']}" for file in listed)} == names
    found = {}
    for file in listed:
        content = blobs.read(CONTAINER, f"{folder}/{file['path']}").data
        found[file["path"]] = rows_of(content, output)
        assert (len(content), len(found[file["path"]])) == (file["bytes"], file["rows"])
    return found


VALUES = st.sampled_from(["DE", "a/b=c", "ü %20", "", "x."])


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(st.lists(VALUES, max_size=4), min_size=1, max_size=9),
    size=st.integers(1, 3),
    seed=st.integers(0, 1000),
    form=st.sampled_from(NAMED),
    compress=st.sampled_from(list(Compression)),
)
def test_the_files_of_a_layout_have_the_rows_of_the_one_file_in_its_order(
    tmp_path: Path,
    files: list[list[str]],
    size: int,
    seed: int,
    form: OutputFormat,
    compress: Compression,
) -> None:
    """Whichever mini-batch is done first, and the same bytes however they are cut."""
    numbers = iter(range(1000))
    contents = [[{"n": next(numbers), "c": value} for value in some] for some in files]
    rows = [row for some in contents for row in some]

    def ran(layout: OutputLayout, size: int) -> tuple[MemoryBlobs, OutputOptions]:
        services, blobs, _ = with_objects(tmp_path)
        upload(blobs, [json.dumps(some) for some in contents])
        partition = ("c",) if layout is OutputLayout.HIVE else ()
        output = OutputOptions(format=form, compress=compress, layout=layout, partition=partition)
        run_job(
            in_folder(output, size, max_concurrency_per_instance=3),
            services,
            rehearse(services, seed),
        )
        assert len(rows) == receipt(blobs)["output"]["rows"]
        assert "proven" == receipt(blobs)["verdict"]
        return blobs, output

    by_input = published(*ran(OutputLayout.PER_INPUT, 1))
    assert [some for some in contents if some] == list(by_input.values())
    blobs, output = ran(OutputLayout.HIVE, size)
    by_value = published(blobs, output)
    expected: dict[str, Rows] = {}
    for row in rows:
        expected.setdefault(str(row["c"]), []).append({"n": row["n"]})
    assert list(expected.values()) == list(by_value.values())
    folders = [path.rpartition("/")[0] for path in by_value]
    assert [f"c={escaped(value) if value else NOTHING}" for value in expected] == folders
    again, _ = ran(OutputLayout.HIVE, 1)
    assert marker(again) == marker(blobs)


def test_an_input_has_its_place_and_name_and_failed_ones_have_no_file(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1}]', "no json", "[]", '[{"n": 2}, {"n": 3}]'])
    output = OutputOptions(format=OutputFormat.JSONL, layout=OutputLayout.PER_INPUT)

    run_job(in_folder(output), services)

    found = published(blobs, output)
    assert {"f0000.csv.jsonl": [{"n": 1}], "f0003.csv.jsonl": [{"n": 2}, {"n": 3}]} == found
    proof = receipt(blobs)["output"]
    assert ["_SUCCESS", *found] == [file["path"] for file in proof["files"]]
    assert [None, 1, 2] == [file.get("rows") for file in proof["files"]]
    assert (3, 3) == (proof["file_count"], proof["rows"])


def test_elements_that_are_nobodys_are_no_rows_of_a_file(app: App) -> None:
    """Two files in a run() that returns three elements; one by one they are known."""
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1}, {"n": 2}]', '[{"n": 3}]'])
    output = OutputOptions(format=OutputFormat.JSONL, layout=OutputLayout.PER_INPUT)

    run_job(in_folder(output, 2, isolate_failures=False), services)

    error = blobs.read("batch-jobs", "job-1/errors.jsonl").data.decode()
    assert "nobody knows whose output each belongs to" in error


@pytest.mark.parametrize("if_exists", IfExists)
def test_a_folder_with_files_of_others_is_refused_or_the_next_one_is_taken(
    app: App, if_exists: IfExists
) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "x"}]'])
    blobs.write(CONTAINER, "out/c=y/part-0.jsonl", b"another's")
    output = OutputOptions(
        format=OutputFormat.JSONL,
        layout=OutputLayout.HIVE,
        partition=("c",),
        if_exists=if_exists,
    )

    ending = run_job(in_folder(output), services)

    if if_exists is IfExists.FAIL:
        assert "Failed" == ending["status"]
        assert "has files that are not this job's" in ending["reason"]
        names = [item.name for item in blobs.list_blobs(CONTAINER, "out/")]
        assert ["out/c=y/part-0.jsonl"] == names
        return
    assert {"c=x/part-0.jsonl": [{"n": 1}]} == published(blobs, output, "out-2")
    assert receipt(blobs)["output"]["uri"].endswith("/out-2/")


def test_too_many_partitions_fail_the_job_before_anything_is_written(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_files, "MOST_PARTITIONS", 2)
    services, blobs, _ = app
    upload(blobs, [f'[{{"n": 1, "c": {at}}}]' for at in range(3)])
    output = OutputOptions(format=OutputFormat.JSONL, layout=OutputLayout.HIVE, partition=("c",))

    ending = run_job(in_folder(output), services)

    assert "Failed" == ending["status"]
    assert "for 3 files, and an output has 2 at most" in ending["reason"]
    assert [] == list(blobs.list_blobs(CONTAINER, "out/"))


@pytest.mark.parametrize("layout", [OutputLayout.PER_INPUT, OutputLayout.HIVE])
def test_steps_that_run_twice_publish_the_same_as_once(app: App, layout: OutputLayout) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": null}]', '[{"n": 2, "c": "x"}, {"n": 3, "c": true}]'])
    partition = ("c",) if layout is OutputLayout.HIVE else ()
    output = OutputOptions(format=OutputFormat.PARQUET, layout=layout, partition=partition)
    rehearsal = rehearse(services)

    def twice(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda given_: (step(given_), step(given_))[1]

    doubled = {name: twice(step) for name, step in rehearsal.activities.items()}
    run_job(in_folder(output), services, dataclasses.replace(rehearsal, activities=doubled))

    found = published(blobs, output)
    assert "proven" == receipt(blobs)["verdict"]
    if layout is OutputLayout.HIVE:
        folders = [f"c={NOTHING}", "c=x", "c=true"]
        assert [f"{folder}/part-0.parquet" for folder in folders] == list(found)


def test_pandas_reads_the_folder_of_partitions_with_their_columns(app: App, tmp_path: Path) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "a b", "d": 3}]', '[{"n": 2, "c": "%", "d": 4}]'])
    output = OutputOptions(
        format=OutputFormat.PARQUET, layout=OutputLayout.HIVE, partition=("c", "d")
    )

    run_job(in_folder(output), services)

    for item in blobs.list_blobs(CONTAINER, "out/"):
        path = tmp_path / item.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blobs.read(CONTAINER, item.name).data)
    frame = pd.read_parquet(tmp_path / "out").sort_values("n")
    assert [(1, "a b", 3), (2, "%", 4)] == list(frame[["n", "c", "d"]].itertuples(index=False))
