"""What is wrong with a piece of a file is told by the rows and the lines of the whole file."""

from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.split import parse_split
from shared.scoring.bundle.pieces import write_piece
from shared.scoring.child.messages import RunRequest
from shared.scoring.child.mlflow.loading import loaded
from shared.scoring.child.mlflow.pieces import in_whole
from shared.scoring.preflight.splittable import splitting_signature
from shared.scoring.scorer_spec import LocalFile
from shared.scoring.split.kept_blocks import KeptBlocks
from shared.scoring.split.splitter import Splitter
from tests.scoring.test_splitter import COLUMNS, CONTAINER, mlmodel, put

GOOD = '{"x": 1, "n": 2}'


def failures(blobs: MemoryBlobs, folder: Path, name: str, text: str, split: str) -> list[str]:
    """The messages of the pieces that cannot be read; without `split` that of the file."""
    schema, how = splitting_signature(mlmodel(COLUMNS)), parse_split(split)
    file = put(blobs, name, text.encode())
    found = list[str]()
    for one in Splitter(blobs, CONTAINER, how, schema)([file]) if how else [file]:
        path = folder / name
        if one.piece is None:
            path.write_bytes(text.encode())
        else:
            write_piece(blobs, CONTAINER, one, path, KeptBlocks())
        piece = LocalFile(path, name, one.piece).asked
        request = RunRequest(((str(path), name),), "", piece=piece)
        files = loaded(schema, request, at_once=False)
        found += [in_whole(read.failure, piece).message for read in files if read.failure]
    return found


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "x,n\n" + "1,2\n" * 5 + "1,2,3\n", "Expected 2 fields in line 7, saw 3"),
        ("a.csv", '\ufeff\r\n"x",n\r\n' + '"1",2\r\n' * 5 + "1,2,3\r\n", "in line 8, saw 3"),
        ("a.csv", 'x,"n",o\n' + '1,2,"a\nb\n"\n\n' * 5 + "1,2,3,4\n", "in line 22, saw 4"),
        ("a.csv", "x,n\n" + "1,2\n" * 5 + "1,bad\n", "(column 'n', row 5)"),
        ("a.jsonl", f"{GOOD}\n" * 5 + '{"x": 1,\n', "Line 6 is not JSON: Expecting property"),
        ("a.jsonl", f"{GOOD}\n" * 4 + '\n{"x": 1\n' + f"{GOOD}\n", "Line 6 is not JSON: Expect"),
        ("a.jsonl", f"{GOOD}\n\n" * 4 + f"[1]\n{GOOD}\n", "The line 9 is a list: each must be"),
        (
            "a.jsonl",
            f"{GOOD}\n" * 5 + f"7\n{GOOD}\n",
            "The line 6 is a int: each must be an object",
        ),
        ("a.jsonl", f"{GOOD}\n" * 5 + '{"x": [], "n": 1}\n', "(column 'x', row 5)"),
    ],
)
@pytest.mark.parametrize("split", ["", "rows=1", "rows=2", "size=20", "size=30"])
def test_a_row_or_line_that_is_wrong_is_named_as_in_the_whole_file(
    tmp_path: Path, name: str, text: str, expected: str, split: str
) -> None:
    blobs = MemoryBlobs()
    blobs.ensure_container(CONTAINER)
    whole = failures(blobs, tmp_path, name, text, "")

    found = failures(blobs, tmp_path, name, text, split)

    assert [expected in message for message in found] == [True], found
    assert whole == found
