"""Large files in pieces, over a real store and real processes: the same bytes as without split."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.service.conftest import deploy_on
from tests.support.stack import CONTAINER, Stack

ROWS = 2_000
CSV = "\ufeffkey,x,n\r\n" + "".join(
    f'"k{row}\n""{row % 7}"",",{row}.5,{row % 5}\r\n' for row in range(ROWS)
)
JSONL = "".join(
    json.dumps({"n": row % 5, "key": "a\\" * 9, "x": row}) + "\n" for row in range(ROWS)
)


def parquet() -> bytes:
    table = pa.table(
        {
            "wide": ["never read " * 20 + str(row * 7919) for row in range(ROWS)],
            "n": [row % 5 for row in range(ROWS)],
            "x": [row / 4 for row in range(ROWS)],
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream, row_group_size=150)
    return stream.getvalue()


FILES = {
    "a.csv": CSV.encode(),
    "b.jsonl": JSONL.encode(),
    "c.parquet": parquet(),
    "d.csv": b"n,x,key\n1,2.5,a\n",
    "e.csv": b"n,x,key\n2,2.5,b\n",
}
SETTINGS = {"miniBatchSize": 10, "maxConcurrencyPerInstance": 3}


@pytest.fixture(scope="module")
def endpoint(stack: Stack) -> str:
    return deploy_on(stack, "split", **SETTINGS)


@pytest.fixture(scope="module")
def uri(stack: Stack) -> str:
    return stack.upload("split", FILES)


@pytest.fixture(scope="module")
def plain(stack: Stack, endpoint: str, uri: str) -> bytes:
    return scored(stack, endpoint, uri, "")[1]


def scored(stack: Stack, endpoint: str, uri: str, split: str, **more: Any) -> tuple[Any, bytes]:
    properties = more.pop("properties", {}) | {"inputSplit": split}
    started = stack.invoke(endpoint, uri, properties=properties, **more)
    ended = stack.ended(started)
    assert "Completed" == ended["status"], ended
    return started, stack.output(ended)


@pytest.mark.parametrize("split", ["rows=300", "size=9KB"])
def test_pieces_give_the_bytes_that_the_files_give(
    stack: Stack, endpoint: str, uri: str, plain: bytes, split: str
) -> None:
    started, cut = scored(stack, endpoint, uri, split)

    assert plain == cut
    proof = stack.receipt(started)
    assert "proven" == proof["verdict"]
    assert {"planned": 5, "scored": 5, "failed": 0, "untried": 0, "skipped": 0} == proof["files"]
    assert proof["plan"]["mini_batches"] > 15
    assert split.split("=", maxsplit=1)[0] == proof["selection"]["split"].split("=")[0]
    assert [] == proof["warnings"]


@pytest.mark.parametrize("form", ["jsonl", "csv_header"])
def test_carried_columns_and_lineage_are_those_of_the_whole_file(
    stack: Stack, endpoint: str, form: str
) -> None:
    some = {name: data for name, data in FILES.items() if name != "c.parquet"}
    uri = stack.upload("split-carried", some)
    own = {"outputFormat": form, "outputCarry": "key,n", "outputLineage": "file,row"}

    _, plain = scored(stack, endpoint, uri, "", properties=own)
    _, cut = scored(stack, endpoint, uri, "rows=333", properties=own)

    assert plain == cut


def test_a_bad_row_costs_its_piece_and_the_file_counts_once(stack: Stack, endpoint: str) -> None:
    rows = [f"{row},1" for row in range(1_000)]
    rows[250], rows[777] = "250,1.5", "nothing,1"
    text = "x,n\n" + "\n".join(rows) + "\n"
    uri = stack.upload("split-bad", {"a.csv": text.encode(), "b.csv": b"x,n\n1,2\n"})

    started, output = scored(stack, endpoint, uri, "rows=100", errorThreshold=1)

    proof = stack.receipt(started)
    assert {"planned": 2, "scored": 1, "failed": 1, "untried": 0, "skipped": 0} == proof["files"]
    assert ("proven", 1) == (proof["verdict"], len(proof["warnings"]))
    numbers = [int(line.split(",")[0]) for line in output.decode().splitlines()[:-1]]
    assert [*range(200), *range(300, 700), *range(800, 1_000)] == numbers
    path = f"{started['name']}/errors.jsonl"
    found = stack.blobs.get_blob_client("batch-jobs", path).download_blob().readall()
    first, second = (json.loads(line)["message"] for line in found.splitlines())
    assert "(column 'n', row 250)" in first
    assert "the piece of rows 200 to 299" in first
    assert "(column 'x', row 777)" in second


def test_a_single_compressed_file_cannot_be_split(stack: Stack, endpoint: str) -> None:
    stack.blobs.get_blob_client(CONTAINER, "split-gz/a.csv.gz").upload_blob(
        b"\x1f\x8b" + b"0" * 9_000, overwrite=True
    )
    uri = "azureml://datastores/workspaceblobstore/paths/split-gz/a.csv.gz"

    started = stack.invoke(endpoint, uri, "UriFile", properties={"inputSplit": "size=1KB"})
    ended = stack.ended(started)

    assert "Failed" == ended["status"]
    assert "'a.csv.gz' cannot be split: it is compressed" in json.dumps(ended)
