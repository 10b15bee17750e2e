"""What compressed files hold: all of it, once, and no more than there is room for."""

import gzip
import subprocess
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.child.mlflow.compressed import CODECS, decompressed
from shared.scoring.child.mlflow.failure import Unreadable
from tests.scoring.test_old_pythons import interpreters
from tests.support.archives import PACK

_MIB = 1 << 20
_ROWS = b"".join(b"%d,%d\n" % (number, number * number) for number in range(2000))
_REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compressed") / "file"


def read(file: Path, data: bytes, suffix: str, most_bytes: int = 64 * _MIB) -> bytes:
    file.write_bytes(data)
    return decompressed(str(file), suffix, most_bytes)


def test_every_codec_has_its_tool_here() -> None:
    assert set(CODECS) == set(PACK)


@given(st.sampled_from(sorted(PACK)), st.lists(st.binary(max_size=200), max_size=6))
def test_all_members_are_read_in_order(file: Path, suffix: str, members: list[bytes]) -> None:
    """As bgzip, pbzip2, pzstd and `cat` leave them; some may be empty."""
    packed = b"".join(map(PACK[suffix], members))

    assert b"".join(members) == read(file, packed, suffix)


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_pieces_are_put_together_whatever_their_size(file: Path, suffix: str) -> None:
    data = bytes(range(256)) * 5_000 + b"x"

    assert data + _ROWS == read(file, PACK[suffix](data) + PACK[suffix](_ROWS), suffix)


@given(suffix=st.sampled_from(sorted(PACK)), at=st.integers(0), is_second=st.booleans())
def test_what_is_cut_off_is_never_half_a_file(
    file: Path, suffix: str, at: int, *, is_second: bool
) -> None:
    packed = PACK[suffix](_ROWS)
    cut = packed[: 1 + at % (len(packed) - 1)]

    with pytest.raises(Unreadable, match=r"is cut off|is damaged|is not compressed by"):
        read(file, (packed if is_second else b"") + cut, suffix)


@given(
    suffix=st.sampled_from([".gz", ".bz2"]),
    at=st.integers(0),
    bit=st.integers(0, 7),
    is_second=st.booleans(),
)
def test_damage_is_seen(file: Path, suffix: str, at: int, bit: int, *, is_second: bool) -> None:
    """Or harmless, as in gzip's date. Zstandard's check is optional, and lacking here."""
    packed = PACK[suffix](_ROWS)
    damaged = bytearray(packed)
    damaged[at % len(packed)] ^= 1 << bit

    with suppress(Unreadable):
        whole = read(file, (packed if is_second else b"") + damaged, suffix)
        assert (_ROWS * 2 if is_second else _ROWS) == whole


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_what_follows_the_end_is_no_row_that_is_lost(file: Path, suffix: str) -> None:
    with pytest.raises(Unreadable, match="is damaged"):
        read(file, PACK[suffix](_ROWS) + b"3,4\n" * 100, suffix)


def test_blocks_of_a_tape_may_be_filled_up(file: Path) -> None:
    assert _ROWS == read(file, gzip.compress(_ROWS) + bytes(512), ".gz")


def test_zstandards_frames_may_be_ones_to_skip(file: Path) -> None:
    skipped = b"\x5a\x2a\x4d\x18\x04\0\0\0note"

    assert _ROWS * 2 == read(
        file, skipped + PACK[".zst"](_ROWS) + skipped + PACK[".zst"](_ROWS), ".zst"
    )


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_a_bomb_is_refused_before_it_fills_the_memory(file: Path, suffix: str) -> None:
    packed = PACK[suffix](bytes(20 * _MIB)) * 4
    tracemalloc.start()

    with pytest.raises(Unreadable, match=r"holds more than 2 MiB .*\. Split it into smaller files"):
        read(file, packed, suffix, 2 * _MIB)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * _MIB


@pytest.mark.parametrize("suffix", sorted(PACK))
def test_the_bound_itself_is_allowed(file: Path, suffix: str) -> None:
    packed = PACK[suffix](bytes(2 * _MIB))

    assert 2 * _MIB == len(read(file, packed, suffix, 2 * _MIB))
    with pytest.raises(Unreadable, match="holds more than"):
        read(file, packed, suffix, 2 * _MIB - 1)


def test_what_grows_unlike_data_is_counted_before_it_is_kept(file: Path) -> None:
    """Of 100 MiB no more than 64 are kept, until it is known that they are within the bound."""
    packed = PACK[".gz"](bytes(10 * _MIB)) * 10
    tracemalloc.start()

    with pytest.raises(Unreadable, match="holds more than 96 MiB"):
        read(file, packed, ".gz", 96 * _MIB)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 88 * _MIB
    assert 100 * _MIB == len(read(file, packed, ".gz", 100 * _MIB))


@pytest.mark.parametrize(
    ("suffix", "data", "message"),
    [
        (".gz", b"a,b\n1,2\n", "^The file is not compressed by gzip, as its name says$"),
        (".bz2", b"a,b\n1,2\n", "not compressed by bzip2"),
        (".zst", b"", "not compressed by Zstandard"),
        (".gz", PACK[".zst"](b"a"), "^The file is compressed by Zstandard"),
        (".zst", PACK[".gz"](b"a"), "^The file is compressed by gzip"),
        (".gz", b"PK\x03\x04", "is a zip archive"),
        (".bz2", b"BZhello,b\n", "is damaged"),
    ],
)
def test_what_is_not_compressed_as_its_name_says_is_told_so(
    file: Path, suffix: str, data: bytes, message: str
) -> None:
    with pytest.raises(Unreadable, match=message):
        read(file, data or b"\n", suffix)


def test_a_file_that_is_gone_is_not_the_files_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        decompressed(str(tmp_path / "gone"), ".gz")


_PROGRAM = """
import sys
from shared.scoring.child.mlflow.compressed import CODECS, decompressed
from shared.scoring.child.mlflow.failure import Unreadable
for path, suffix in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        print(decompressed(path, suffix))
    except Unreadable as error:
        print(error)
"""


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
def test_every_interpreter_reads_what_it_can_and_says_what_it_lacks(
    tmp_path: Path, python: Path
) -> None:
    files = []
    for suffix in (".gz", ".bz2", ".zst"):
        (tmp_path / f"two{suffix}").write_bytes(PACK[suffix](b"a,") + PACK[suffix](b"b"))
        (tmp_path / f"cut{suffix}").write_bytes(PACK[suffix](b"a,b")[:-6])
        files += [str(tmp_path / f"{name}{suffix}") for name in ("two", "cut")]
    arguments = [part for path in files for part in (path, Path(path).suffix)]

    told = subprocess.run(  # without packages: -S
        [python, "-S", "-c", _PROGRAM, *arguments],
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    none = (
        "The model's environment has no pyarrow, which reads Zstandard. "
        "Add it to the model's requirements"
    )
    assert [
        "b'a,b'",
        "The file is cut off: its gzip data has no end",
        "b'a,b'",
        "The file is cut off: its bzip2 data has no end",
        none,
        none,
    ] == told
