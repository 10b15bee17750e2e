"""Splitting files of a store: what becomes pieces, what of them is fetched, and what is told."""

import io
import json
import re
import time
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import InvalidRequest, PreconditionFailed
from shared.domain.minibatch import PlannedFile
from shared.domain.split import parse_split
from shared.scoring.bundle.pieces import write_piece
from shared.scoring.child.mlflow import parquet_table
from shared.scoring.preflight.mlflow_inputs import MlflowInputs
from shared.scoring.preflight.splittable import splitting_signature
from shared.scoring.split import splitter as module
from shared.scoring.split.kept_blocks import KeptBlocks
from shared.scoring.split.splitter import Splitter

CONTAINER, ROWS = "input", 1_000
COLUMNS = [{"name": "x", "type": "double"}, {"name": "n", "type": "long"}]


def mlmodel(columns: list[Any], **more: Any) -> bytes:
    return json.dumps({"signature": {"inputs": json.dumps(columns), **more}}).encode()


def parquet(**options: Any) -> bytes:
    random = np.random.default_rng(1)
    table = pa.table(
        {
            "wide": [random.bytes(1_500).hex() for _ in range(ROWS)],
            "x": random.normal(size=ROWS),
            "n": random.integers(0, 9, ROWS),
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream, row_group_size=120, **options)
    return stream.getvalue()


@pytest.fixture
def blobs() -> MemoryBlobs:
    made = MemoryBlobs()
    made.ensure_container(CONTAINER)
    return made


def put(blobs: MemoryBlobs, name: str, data: bytes) -> PlannedFile:
    return PlannedFile(name=name, etag=blobs.write(CONTAINER, name, data), size=len(data))


def splitter(blobs: MemoryBlobs, split: str, carried: tuple[str, ...] = ()) -> Splitter:
    how = parse_split(split)
    assert how is not None
    return Splitter(blobs, CONTAINER, how, splitting_signature(mlmodel(COLUMNS)), carried)


@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "gzip"}, {"use_dictionary": False}, {"data_page_version": "2.0"}],
)
def test_parquet_is_cut_between_row_groups_and_only_wanted_columns_are_fetched(
    blobs: MemoryBlobs, tmp_path: Path, options: dict[str, Any]
) -> None:
    data = parquet(**options)
    file = put(blobs, "a.parquet", data)

    pieces = list(splitter(blobs, "rows=240")([file]))

    whole = pd.read_parquet(io.BytesIO(data), columns=["x", "n"])
    fetched, frames = 0, list[pd.DataFrame]()
    signature = splitting_signature(mlmodel(COLUMNS))
    for one in pieces:
        assert one.piece is not None
        path = tmp_path / "piece.parquet"
        write_piece(blobs, CONTAINER, one, path, KeptBlocks())
        fetched += sum(stop - start for start, stop in one.piece.ranges)
        frames.append(parquet_table.read(str(path), signature, (one.piece.start, one.piece.stop)))
    assert [240, 240, 240, 240, 40] == [len(frame) for frame in frames]
    pd.testing.assert_frame_equal(whole, pd.concat(frames, ignore_index=True))
    assert fetched < len(data) / 4


def test_what_is_small_or_not_certain_stays_one_file_and_is_told(blobs: MemoryBlobs) -> None:
    files = [
        put(blobs, "a.csv", b"x,n\n" + b"1,2\n" * 9),
        put(blobs, "b.csv", b"x,n\r" + b"1,2\r" * 9),
        put(blobs, "c.csv", b"x,n\n1,2\n"),
        put(blobs, "d.json", json.dumps([{"x": 1, "n": 2}] * 9).encode()),
        put(blobs, "e.png", b"small"),
    ]
    of_rows = splitter(blobs, "size=20")

    found = list(of_rows(files))

    assert ["a.csv", "a.csv", "b.csv", "c.csv", "d.json", "e.png"] == [one.name for one in found]
    assert [0, 5] == [one.piece.first_row for one in found if one.piece]
    assert "'b.csv': some of its lines end in CR alone" in of_rows.warning
    assert "'d.json': it does not hold an object on each line" in of_rows.warning
    assert "c.csv" not in of_rows.warning


class Slow(MemoryBlobs):
    """Ranges come late, the first ones last; it counts how many are asked for at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.at_once, self.most = list[int](), 0, 0
        self._counting = Lock()

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        with self._counting:
            self.asked.append(start)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.02 if start % 80 else 0.05)
        with self._counting:
            self.at_once -= 1
        return super().read_range(container, name, start, length, if_match=if_match)


def test_a_few_blocks_are_on_their_way_at_once_and_are_looked_at_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BLOCK", 40)
    blobs = Slow()
    blobs.ensure_container(CONTAINER)
    rows = b"".join(b"%d,%d\n" % (one, one) for one in range(100))
    file = put(blobs, "a.csv", b"x,n\n" + rows)

    pieces = [one.piece for one in splitter(blobs, "rows=7")([file])]

    found = [blobs.read(CONTAINER, "a.csv").data[one.start : one.stop] for one in pieces if one]
    assert (15, rows) == (len(found), b"".join(found))
    assert [*range(0, 98, 7)] == [one.first_row for one in pieces if one][:14]
    assert 1 < blobs.most <= module.AHEAD
    assert sorted(set(blobs.asked)) == sorted(blobs.asked)


def test_who_wants_no_more_of_it_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 40)
    blobs = Slow()
    blobs.ensure_container(CONTAINER)
    file = put(blobs, "a.csv", b"x,n\n" + b"1,2\n" * 500)
    of_rows = splitter(blobs, "rows=7")

    def stop() -> None:
        if len(blobs.asked) > module.AHEAD:
            raise RuntimeError("canceled")

    of_rows.watch = stop
    with pytest.raises(RuntimeError, match="canceled"):
        list(of_rows([file]))

    most = 2 * module.AHEAD + 1  # those on their way when the last that may be begun is looked at
    assert (0, True) == (blobs.at_once, len(blobs.asked) <= most)


@pytest.mark.parametrize("name", ["a.csv.gz", "a.png", "a.txt"])
def test_a_large_file_of_another_kind_is_refused(blobs: MemoryBlobs, name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"'{name}' cannot be split"):
        list(splitter(blobs, "size=20")([put(blobs, name, b"0" * 100)]))


def test_all_keys_of_a_json_file_cannot_be_carried_by_its_pieces(blobs: MemoryBlobs) -> None:
    file = put(blobs, "a.jsonl", b'{"x": 1, "n": 2}\n' * 9)

    with pytest.raises(InvalidRequest, match="outputCarry all"):
        list(splitter(blobs, "rows=2", ("*",))([file]))


def test_a_piece_is_of_the_version_that_was_planned(blobs: MemoryBlobs, tmp_path: Path) -> None:
    first, *_ = splitter(blobs, "rows=2")([put(blobs, "a.csv", b"x,n\n" + b"1,2\n" * 9)])
    put(blobs, "a.csv", b"x,n\n" + b"3,4\n" * 9)

    with pytest.raises(PreconditionFailed):
        write_piece(blobs, CONTAINER, first, tmp_path / "piece", KeptBlocks())


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (b"{}", "no signature"),
        (mlmodel([{"name": "x", "type": "any"}]), "the type of 'x' open"),
        (mlmodel(COLUMNS, is_signature_from_type_hint=True), "type hint"),
        (b'{"signature": {"inputs": "["}}', "cannot be read"),
    ],
)
def test_a_model_that_does_not_say_the_types_of_columns_is_refused(model: bytes, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        splitting_signature(model)


@pytest.mark.parametrize(
    ("columns", "carried", "name"),
    [
        (COLUMNS, ("*",), "a.jsonl"),
        ([{"type": "double"}, {"type": "double"}], (), "a.jsonl"),
        (COLUMNS, (), "a.csv.gz"),
        (COLUMNS, ("*",), "a.csv"),
    ],
)
def test_a_preflight_refuses_what_a_plan_does(
    blobs: MemoryBlobs, columns: list[Any], carried: tuple[str, ...], name: str
) -> None:
    model, how = mlmodel(columns), parse_split("rows=2")
    assert how is not None
    file = put(blobs, name, b'{"x": 1, "n": 2}\n' * 9)

    refused = MlflowInputs().why_not_split(file, model, carried)

    splits = Splitter(blobs, CONTAINER, how, splitting_signature(model), carried)
    if refused is None:
        assert list(splits([file]))
    else:
        with pytest.raises(InvalidRequest, match=re.escape(refused.reason)):
            list(splits([file]))
    assert (refused is None) is name.endswith(".csv")
