"""What was read to plan a split is not fetched again, as long as it is what the store has."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import PreconditionFailed
from shared.domain.minibatch import PlannedFile
from shared.domain.split import parse_split
from shared.scoring.bundle.pieces import write_piece
from shared.scoring.preflight.splittable import splitting_signature
from shared.scoring.split import kept_blocks as module
from shared.scoring.split.kept_blocks import KeptBlocks
from shared.scoring.split.splitter import Splitter
from tests.scoring.test_splitter import COLUMNS, CONTAINER, mlmodel, put

HEADER, ROW, ROWS = b"x,n\n", b"1,2\n", 9
JOB = "job-1"


class Counting(MemoryBlobs):
    """Remembers which ranges were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.ensure_container(CONTAINER)
        self.ranges: list[tuple[int, int]] = []

    def read_range(self, container: str, name: str, start: int, length: int, **more: Any) -> bytes:
        self.ranges.append((start, length))
        return super().read_range(container, name, start, length, **more)


@pytest.fixture
def blobs() -> Counting:
    return Counting()


@pytest.fixture
def kept(tmp_path: Path) -> KeptBlocks:
    folder = tmp_path / "kept"
    folder.mkdir()
    return KeptBlocks(folder)


def planned(blobs: Counting, kept: KeptBlocks, data: bytes) -> list[PlannedFile]:
    how = parse_split("rows=2")
    assert how is not None
    file = put(blobs, "a.csv", data)
    signature = splitting_signature(mlmodel(COLUMNS))
    splitter = Splitter(blobs, CONTAINER, how, signature, job=JOB, kept=kept)
    pieces = list(splitter([file]))
    blobs.ranges.clear()
    return pieces


def texts(
    blobs: Counting, kept: KeptBlocks, pieces: list[PlannedFile], path: Path
) -> Iterator[bytes]:
    for one in pieces:
        write_piece(blobs, CONTAINER, one, path, kept)
        yield path.read_bytes()


def test_pieces_of_a_file_that_was_planned_here_are_fetched_once(
    blobs: Counting, kept: KeptBlocks, tmp_path: Path
) -> None:
    data = HEADER + b"".join(b"%d,2\n" % number for number in range(ROWS))
    pieces = planned(blobs, kept, data)

    first = list(texts(blobs, kept, pieces, tmp_path / "piece"))
    assert [] == blobs.ranges
    again = list(texts(blobs, kept, pieces, tmp_path / "piece"))

    assert data == HEADER + b"".join(text.removeprefix(HEADER) for text in first)
    assert first == again
    assert blobs.ranges  # it is kept for one time
    assert [] == list((tmp_path / "kept").iterdir())


def test_a_file_that_was_changed_is_not_scored_as_it_was(
    blobs: Counting, kept: KeptBlocks, tmp_path: Path
) -> None:
    first, *_ = planned(blobs, kept, HEADER + ROW * ROWS)
    put(blobs, "a.csv", HEADER + b"3,4\n" * ROWS)

    with pytest.raises(PreconditionFailed):
        write_piece(blobs, CONTAINER, first, tmp_path / "piece", kept)


def test_what_is_over_is_released(blobs: Counting, kept: KeptBlocks, tmp_path: Path) -> None:
    pieces = planned(blobs, kept, HEADER + ROW * ROWS)

    kept.release("another")
    next(texts(blobs, kept, pieces, tmp_path / "piece"))
    assert [] == blobs.ranges
    kept.release(JOB)
    next(texts(blobs, kept, pieces, tmp_path / "piece"))

    assert blobs.ranges


def test_what_nobody_asks_for_is_dropped_in_time(
    blobs: Counting, kept: KeptBlocks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = planned(blobs, kept, HEADER + ROW * ROWS)
    monkeypatch.setattr(module, "UNUSED_S", -1.0)
    assert kept.begin("another", 1) is not None

    next(texts(blobs, kept, pieces, tmp_path / "piece"))

    assert blobs.ranges


def test_a_disk_without_room_keeps_nothing_and_all_is_fetched(
    blobs: Counting, kept: KeptBlocks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SHARE", 1 << 60)
    pieces = planned(blobs, kept, HEADER + ROW * ROWS)

    assert all(text.startswith(HEADER) for text in texts(blobs, kept, pieces, tmp_path / "piece"))
    assert blobs.ranges


@pytest.mark.parametrize("call", ["write", "disk_usage"])
def test_a_disk_that_fails_keeps_nothing_and_harms_nothing(
    blobs: Counting,
    kept: KeptBlocks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(os if call == "write" else shutil, call, fail)
        pieces = planned(blobs, kept, HEADER + ROW * ROWS)

    assert 5 == len(list(texts(blobs, kept, pieces, tmp_path / "piece")))
    assert blobs.ranges


@pytest.mark.parametrize("data", [b"x,n\r" + b"1,2\r" * ROWS, HEADER + ROW])
def test_a_file_that_is_not_split_is_not_kept(
    blobs: Counting, kept: KeptBlocks, data: bytes
) -> None:
    (file,) = planned(blobs, kept, data)

    assert not kept.has((CONTAINER, file.name, file.etag))
