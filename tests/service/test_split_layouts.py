"""Large files in pieces whose predictions are a file for each input: rows in order, each once."""

import io
import json
from typing import Any

import pandas as pd
import pytest

from tests.service.conftest import deploy_on
from tests.support.stack import CONTAINER, Stack

ROWS = 240


def text(first: int, rows: int = ROWS) -> bytes:
    lines = (f'"k{row}\n,",{first + row}.5,{row % 5}\n' for row in range(rows))
    return ("key,x,n\n" + "".join(lines)).encode()


def parquet(first: int) -> bytes:
    frame = pd.DataFrame(
        {
            "n": [row % 5 for row in range(ROWS)],
            "key": [f"p{row}" for row in range(ROWS)],
            "x": [first + row + 0.5 for row in range(ROWS)],
        }
    )
    stream = io.BytesIO()
    frame.to_parquet(stream, row_group_size=32)
    return stream.getvalue()


def lines(first: int) -> bytes:
    objects = ({"n": row % 5, "x": first + row + 0.5, "key": f"j{row}"} for row in range(ROWS))
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


FILES = {
    "2026/large.csv": text(0),
    "2026/large.jsonl": lines(10_000),
    "2026/large.parquet": parquet(20_000),
    "2026/small.csv": text(30_000, 3),
    "2026/draft-large.csv": b"key,x,n\n" + b"d,bad,1\n" * ROWS,
    "large.csv": text(40_000),
    "notes.txt": b"not an input",
}
SCORED = [name for name in FILES if "draft" not in name and not name.endswith(".txt")]
ASKED = {
    "inputInclude": "**/*.csv,**/*.jsonl,**/*.parquet",
    "inputExclude": "**/draft-*",
    "outputCarry": "key",
    "outputLineage": "file,row,mini_batch",
    "outputLayout": "per_input",
}


@pytest.fixture(scope="module")
def endpoint(stack: Stack) -> str:
    return deploy_on(stack, "split-layouts", miniBatchSize=2, maxConcurrencyPerInstance=3)


@pytest.fixture(scope="module")
def uri(stack: Stack) -> str:
    return stack.upload("split-layouts", FILES)


def published(stack: Stack, endpoint: str, uri: str, folder: str, **own: str) -> tuple[Any, Any]:
    """The job, and the bytes of its files by their paths, `_SUCCESS` without them."""
    place = f"azureml://datastores/workspaceblobstore/paths/{folder}/"
    started = stack.invoke(
        endpoint,
        uri,
        outputData={"score": {"jobOutputType": "UriFolder", "uri": place}},
        properties=ASKED | own,
    )
    ended = stack.ended(started)
    assert "Completed" == ended["status"], ended
    listed = stack.blobs.get_container_client(CONTAINER).list_blobs(f"{folder}/")
    files = {one.name.removeprefix(f"{folder}/"): stack.download(one.name) for one in listed}
    index = json.loads(files.pop("_SUCCESS"))
    assert [file["path"] for file in index["files"]] == list(files)
    return started, files


def frame_of(data: bytes, form: str) -> pd.DataFrame:
    stream = io.BytesIO(data)
    if form == "parquet":
        return pd.read_parquet(stream)
    return pd.read_json(stream, lines=True) if form == "jsonl" else pd.read_csv(stream)


@pytest.mark.parametrize("split", ["rows=50", "size=1KB"])
@pytest.mark.parametrize("form", ["csv_header", "jsonl", "parquet"])
def test_each_input_has_one_file_with_its_rows_in_order_each_once(
    stack: Stack, endpoint: str, uri: str, form: str, split: str
) -> None:
    folder = f"split-layouts-out/{form}/{split.partition('=')[0]}"

    started, files = published(stack, endpoint, uri, folder, outputFormat=form, inputSplit=split)
    extension = {"csv_header": "csv"}.get(form, form)
    assert {f"{name}.{extension}" for name in SCORED} == set(files)
    for name, data in files.items():
        frame, rows = frame_of(data, form), 3 if "small" in name else ROWS
        source = name.removesuffix(f".{extension}")
        assert ["key", "prediction", "file", "row", "mini_batch"] == list(frame)
        assert list(range(rows)) == frame["row"].tolist(), name
        assert {source.rpartition("/")[2]} == set(frame["file"])
        first = float(frame["prediction"][0])
        expected = [first + 2 * row + row % 5 for row in range(rows)]
        assert expected == frame["prediction"].tolist(), name
        assert [key.strip("\n,")[1:] for key in frame["key"]] == [str(row) for row in range(rows)]
        numbers = frame["mini_batch"].tolist()
        assert numbers == sorted(numbers)
        assert (len(set(numbers)) > 3) is (rows == ROWS), name
    proof = stack.receipt(started)
    planned = {"planned": 5, "scored": 5, "failed": 0, "untried": 0}
    assert planned | {"skipped": 2} == proof["files"]
    assert ("proven", 4 * ROWS + 3) == (proof["verdict"], proof["output"]["rows"])


@pytest.mark.parametrize("form", ["csv_header", "parquet"])
def test_pieces_give_the_files_that_whole_inputs_give(
    stack: Stack, endpoint: str, uri: str, form: str
) -> None:
    """The number of the mini-batch is another one, and nothing else."""
    own = {"outputFormat": form, "outputLineage": "row"}

    _, whole = published(stack, endpoint, uri, f"split-layouts-whole/{form}", **own)
    _, cut = published(
        stack, endpoint, uri, f"split-layouts-cut/{form}", **own, inputSplit="rows=70"
    )

    assert whole == cut
