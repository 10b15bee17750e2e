"""Jobs whose predictions would be several files, and that do not complete: rows are kept in one."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import Conflict
from shared.domain.output_options import (
    Compression,
    OutputFormat,
    OutputLayout,
    OutputOptions,
    PartialRows,
)
from shared.scoring.child.csv_lines import each
from shared.scoring.child.framed_rows import framed, partition_paths
from shared.stores.frames import BadFrame
from shared.stores.job_remains import JobRemainsStore
from shared.stores.unframed import unframed
from tests.app.job_results import receipt
from tests.app.test_output_layouts_in_memory import NAMED, in_folder, rows_of, with_objects
from tests.app.test_partial_in_memory import canceled_after
from tests.app.test_partial_reading import after_each, read
from tests.support.services_in_memory import App, rehearse, run_job, upload
from tests.support.specs import CONTAINER

VALUES = ["DE", "A/B", "{x", None, 'q"\n,']


@pytest.fixture
def app(tmp_path: Path) -> App:
    return with_objects(tmp_path)


def options(layout: OutputLayout, form: OutputFormat, **more: Any) -> OutputOptions:
    partition = ("c",) if layout is OutputLayout.HIVE else ()
    return OutputOptions(format=form, layout=layout, partition=partition, **more)


def names(blobs: MemoryBlobs) -> set[str]:
    listed = [*blobs.list_names(CONTAINER, "some/"), *blobs.list_names(CONTAINER, "partial/")]
    return set(listed)


@pytest.mark.parametrize("compress", list(Compression))
@pytest.mark.parametrize("form", NAMED)
@pytest.mark.parametrize("layout", [OutputLayout.PER_INPUT, OutputLayout.HIVE])
def test_a_canceled_job_keeps_its_rows_in_one_file_beside_the_folder(
    app: App, layout: OutputLayout, form: OutputFormat, compress: Compression
) -> None:
    services, blobs, _ = app
    upload(blobs, [json.dumps([{"n": at, "c": VALUES[at % 5]}]) for at in range(450)])
    output = options(layout, form, compress=compress)

    ending = run_job(in_folder(output, folder="some/out"), services, canceled_after(app, 1))

    name = f"rows{output.extension}"
    proof = receipt(blobs)
    assert ("Canceled", "partial", None) == (ending["status"], proof["verdict"], proof["output"])
    assert {f"some/partial/job-1/{name}", "some/partial/job-1/receipt.json"} == names(blobs)
    kept = blobs.read(CONTAINER, f"some/partial/job-1/{name}").data
    rows, done = rows_of(kept, output), proof["partial"]["mini_batches"]
    missing = "" if form is OutputFormat.CSV_HEADER else None
    expected = [{"n": at, "c": VALUES[at % 5] or missing} for at in range(done)]
    assert 1 <= done < 450
    assert expected == rows
    assert (done, len(kept)) == (proof["partial"]["rows"], proof["partial"]["bytes"])
    assert proof["partial"]["uri"].endswith(f"/paths/some/partial/job-1/{name}")
    job = services.jobs.get("job-1")
    assert any(one.output == "partial" for one in services.find_job_files.list_all(job))


@pytest.mark.parametrize("layout", [OutputLayout.PER_INPUT, OutputLayout.HIVE])
def test_rows_that_are_kept_stand_in_nobodys_way(app: App, layout: OutputLayout) -> None:
    """The next job gets the folder, and what it publishes has nothing of the one before."""
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "x"}]', "bad", "bad"])
    spec = in_folder(options(layout, OutputFormat.JSONL), error_threshold=0)
    assert "Failed" == run_job(spec, services)["status"]
    assert {"partial/job-1/rows.jsonl", "partial/job-1/receipt.json"} == names(blobs)
    upload(blobs, ['[{"n": 1, "c": "x"}]', '[{"n": 2, "c": "y"}]', '[{"n": 3, "c": "x"}]'])
    again = in_folder(options(layout, OutputFormat.JSONL), error_threshold=0, name="job-2")

    ending = run_job(again, services)

    assert "Completed" == ending["status"], ending


def test_rows_that_were_kept_go_with_the_job_s_predictions(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "x"}]', "bad"])
    spec = in_folder(options(OutputLayout.HIVE, OutputFormat.JSONL), error_threshold=0)
    run_job(spec, services)
    blobs.write(CONTAINER, "partial/job-1/mine.txt", b"")
    remains = JobRemainsStore(blobs, services.results.readers)

    measured = remains.measure_published(spec)
    remains.remove_published(spec, lambda: False)

    assert 2 == measured.count
    assert {"partial/job-1/mine.txt"} == names(blobs)


def test_what_was_turned_off_is_not_kept(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "x"}]', "bad"])
    output = options(OutputLayout.HIVE, OutputFormat.JSONL, partial=PartialRows.NONE)

    run_job(in_folder(output, error_threshold=0), services)

    assert set() == names(blobs)
    assert "incomplete" == receipt(blobs)["verdict"]


TEXTS = st.none() | st.text(st.sampled_from('a/= "\n,{}%é\\'), max_size=4)


@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 9), TEXTS), max_size=12),
    size=st.integers(1, 50),
    form=st.sampled_from(NAMED),
)
def test_rows_in_frames_come_out_as_they_went_in_with_their_partition(
    rows: list[tuple[Any, ...]], size: int, form: OutputFormat
) -> None:
    """Wherever the stream of them is cut; nothing and an empty text are the same to Hive."""
    output = OutputOptions(format=form, layout=OutputLayout.HIVE, partition=("c", "d é"))
    keys = partition_paths(output.partition, [[row[0] for row in rows], [row[1] for row in rows]])
    is_csv = form is OutputFormat.CSV_HEADER
    lines = [json.dumps({"n": n, "t": t} if n else {}) + "\n" for *_, n, t in rows]
    texts = each((n, t or "") for *_, n, t in rows) if is_csv else lines
    data = b"".join(framed(keys, texts))

    plain = b"".join(unframed([data[at : at + size] for at in range(0, len(data), size)], output))

    order = list(dict.fromkeys(keys))
    by_key = [row for key in order for row, own in zip(rows, keys, strict=True) if own == key]
    if is_csv:
        found: Any = list(csv.reader(io.StringIO(plain.decode(), newline="")))
        assert [[c or "", d or "", str(n), t or ""] for c, d, n, t in by_key] == found
        return
    found = [json.loads(line) for line in plain.splitlines()]
    rest = [{"n": n, "t": t} if n else {} for *_, n, t in by_key]
    first = [{"c": c or None, "d é": d or None} for c, d, *_ in by_key]
    assert [one | two for one, two in zip(first, rest, strict=True)] == found


@pytest.mark.parametrize(
    ("data", "partition"),
    [(b'["c=x", 1, 3]\n{}\n["c=y", 1, 2]\n{}', ("c",)), (b'["c=x", 1, 3]\n{}\n', ("c", "d"))],
    ids=["half-a-row", "another-partition"],
)
def test_frames_that_are_none_are_refused(data: bytes, partition: tuple[str, ...]) -> None:
    output = OutputOptions(format=OutputFormat.JSONL, layout=OutputLayout.HIVE, partition=partition)

    with pytest.raises(BadFrame):
        list(unframed([data], output))


def test_columns_without_a_type_are_warned_of_in_words(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "x"}]', '[{"n": "a", "c": "y"}]', '[{"n": [1], "c": null}]'])
    spec = in_folder(options(OutputLayout.PER_INPUT, OutputFormat.PARQUET))

    run_job(spec, services)

    (warning,) = services.jobs.get("job-1").state.warnings
    assert "in common: 'n' (whole numbers beside texts beside lists). Their type" in warning
    assert "is string: predict values of one type in each, or cast" in warning


def test_a_job_that_runs_says_when_its_rows_can_be_read_and_writes_none_twice(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ['[{"n": 1, "c": "x"}]', '[{"n": 2, "c": "y"}]'])
    told = list[str]()

    def look(plan: Any) -> None:
        with pytest.raises(Conflict) as refused:
            read(services, plan)
        told.append(str(refused.value))
        assert [] == list(blobs.list_names("batch-jobs", "job-1/rows/"))

    spec = in_folder(options(OutputLayout.HIVE, OutputFormat.JSONL))
    run_job(spec, services, after_each(rehearse(services), look))

    assert "outputLayout hive, and its rows are put together when it ends" in told[0]
    assert "--output-name partial" in told[0]
