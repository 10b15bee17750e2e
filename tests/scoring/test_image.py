import gzip
import resource
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.scoring.child.mlflow import image
from shared.scoring.child.mlflow.failure import Unfit, Unreadable
from tests.scoring.schemas import Schema, Stored, Type, schema, tensor

GREY = np.arange(20 * 28, dtype=np.uint8).reshape(20, 28)
COLOUR = np.random.default_rng(3).integers(0, 256, (20, 28, 3), dtype=np.uint8)


class Reader:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "image"

    def __call__(
        self, picture: Any, wanted: Schema | None, kind: str = "png", **options: Any
    ) -> tuple[Any, bool]:
        opened = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        saved = BytesIO()
        opened.save(saved, kind, **options)
        return self.raw(saved.getvalue(), wanted)

    def raw(self, data: bytes, wanted: Schema | None) -> tuple[Any, bool]:
        self._path.write_bytes(data)
        return image.read(str(self._path), wanted)


@pytest.fixture(name="read")
def _read(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.mark.parametrize(
    ("picture", "shape", "expected"),
    [
        (GREY, (-1, 20, 28), GREY),
        (GREY, (-1, 20, 28, 1), GREY[..., None]),
        (GREY, (-1, 1, 20, 28), GREY[None]),
        (GREY, (-1, 560), GREY.ravel()),
        (GREY, (-1, 1, 560), GREY.reshape(1, 560)),
        (GREY, (-1, -1, -1), GREY),
        (GREY, (1, 20, 28), GREY),
        (GREY, (-1, 20, 28, 3), np.repeat(GREY[..., None], 3, axis=2)),
        (COLOUR, (-1, 20, 28, 3), COLOUR),
        (COLOUR, (-1, 3, 20, 28), COLOUR.transpose(2, 0, 1)),
        (COLOUR, (-1, -1, -1, 3), COLOUR),
        (COLOUR, (-1, 3, -1, -1), COLOUR.transpose(2, 0, 1)),
        (COLOUR, (-1, -1, -1, -1), COLOUR),
        (COLOUR, (-1, 1680), COLOUR.ravel()),
        (np.dstack([GREY] * 3), (-1, 20, 28), GREY),
        (np.dstack([GREY] * 3), (-1, 560), GREY.ravel()),
    ],
)
def test_an_image_gets_the_signatures_shape_as_a_batch_of_one(
    read: Reader, picture: Any, shape: tuple[int, ...], expected: Any
) -> None:
    array, is_batch = read(picture, tensor("uint8", *shape))

    assert is_batch
    np.testing.assert_array_equal(expected[None], array)
    assert array.flags.c_contiguous


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((20, 28), GREY), ((20, 28, 1), GREY[..., None]), ((-1,), GREY.ravel())],
)
def test_a_shape_without_a_batch_takes_the_image_itself(
    read: Reader, shape: tuple[int, ...], expected: Any
) -> None:
    array, is_batch = read(GREY, tensor("uint8", *shape))

    assert not is_batch
    np.testing.assert_array_equal(expected, array)


@pytest.mark.parametrize("kind", ["png", "bmp", "gif", "tiff", "jpeg"])
def test_every_format_reads_alike(read: Reader, kind: str) -> None:
    flat = np.full((20, 28), 128, dtype=np.uint8)

    array, _ = read(flat, tensor("float32", -1, 20, 28), kind)

    assert np.float32 == array.dtype
    np.testing.assert_allclose(array[0], flat, atol=1)


def test_modes_become_what_the_shape_asks_for(read: Reader) -> None:
    palette = Image.fromarray(COLOUR).quantize(8)
    bilevel = Image.fromarray(GREY > 100)
    see_through = Image.fromarray(np.dstack([COLOUR, GREY]))

    in_colour, _ = read(palette, tensor("uint8", -1, 20, 28, 3))
    np.testing.assert_array_equal(np.asarray(palette.convert("RGB")), in_colour[0])
    black_and_white, _ = read(bilevel, tensor("uint8", -1, 20, 28))
    assert {0, 255} == set(black_and_white.ravel().tolist())
    assert (1, 20, 28, 4) == read(see_through, tensor("uint8", -1, 20, 28, 4))[0].shape
    np.testing.assert_array_equal(COLOUR, read(see_through, tensor("uint8", -1, 20, 28, 3))[0][0])


def test_sixteen_bits_are_kept_and_not_clipped(read: Reader) -> None:
    deep = (np.arange(560, dtype=np.uint16) * 100).reshape(20, 28)

    array, _ = read(deep, tensor("float64", -1, 20, 28))

    np.testing.assert_array_equal(deep, array[0])
    with pytest.raises(Unfit, match="the value 55900, which uint8 cannot hold"):
        read(deep, tensor("uint8", -1, 20, 28))


def test_fractions_are_kept_and_not_rounded(read: Reader) -> None:
    fractions = np.full((20, 28), 42.33, np.float32)
    fractions[0, 0] = np.nan

    array, _ = read(fractions, tensor("float32", -1, 20, 28), "tiff")

    np.testing.assert_array_equal(fractions, array[0])
    fractions[0, 0] = 255
    with pytest.raises(Unfit, match=r"the value 42\.33, which uint8 cannot hold"):
        read(fractions, tensor("uint8", -1, 20, 28), "tiff")


def test_without_a_signature_it_is_bytes_as_the_image_has_them(read: Reader) -> None:
    grey, is_batch = read(GREY, None)

    assert is_batch
    assert (np.uint8, (1, 20, 28)) == (grey.dtype, grey.shape)
    assert (1, 20, 28, 3) == read(COLOUR, None)[0].shape


def test_the_first_frame_of_an_animation_counts(read: Reader) -> None:
    frames = [Image.fromarray(np.full((20, 28), level, np.uint8)) for level in (10, 200)]

    array, _ = read(
        frames[0], tensor("uint8", -1, 20, 28), "gif", save_all=True, append_images=frames[1:]
    )

    assert {10} == set(array.ravel().tolist())


@pytest.mark.parametrize(
    "shape", [(-1, 28, 20), (-1, 28, 28, 1), (-1, 784), (-1, 20, 28, 2), (20, 29), (-1, 5, -1)]
)
def test_nothing_is_resized_turned_or_cut(read: Reader, shape: tuple[int, ...]) -> None:
    with pytest.raises(Unfit, match=r"20 pixels high and 28 wide .mode L.") as caught:
        read(GREY, tensor("uint8", *shape))

    assert str(shape) in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (schema(a="double"), "wants columns, and an image is a tensor"),
        (
            Schema((Stored("a", Type("uint8")), Stored("b", Type("uint8"))), tensors=True),
            "2 tensors",
        ),
        (tensor("str", -1, 20, 28), "an image holds numbers"),
    ],
)
def test_a_signature_that_wants_no_image_is_told_so(
    read: Reader, wanted: Schema, message: str
) -> None:
    with pytest.raises(Unfit, match=message):
        read(GREY, wanted)


class Peak:
    """A limit for this process's memory, while a test lasts."""

    def __init__(self, more_bytes: int) -> None:
        self._more = more_bytes

    def __enter__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + self._more
        resource.setrlimit(resource.RLIMIT_AS, (most, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._before)


@pytest.mark.parametrize("kind", ["png", "tiff", "gif"])
def test_an_image_of_another_size_is_refused_by_its_header(tmp_path: Path, kind: str) -> None:
    """81 million pixels need 81 MB, and three times as many in colour."""
    path = tmp_path / "large"
    Image.new("L", (9000, 9000)).save(
        path, kind, **({"compression": "tiff_deflate"} if kind == "tiff" else {})
    )

    with Peak(40 << 20), pytest.raises(Unfit, match="9000 pixels high and 9000 wide"):
        image.read(str(path), tensor("float32", -1, 224, 224, 3))


@pytest.mark.parametrize("shape", [(-1, -1, -1, 3), (-1, -1), None])
def test_a_size_that_nobody_asked_for_has_a_bound(
    tmp_path: Path, shape: tuple[int, ...] | None
) -> None:
    path = tmp_path / "large.png"
    Image.new("1", (10_000, 9_000)).save(path)

    wanted = None if shape is None else tensor("uint8", *shape)
    with Peak(40 << 20), pytest.raises(Unreadable, match="more than 89478485 pixels are decoded"):
        image.read(str(path), wanted)


def test_a_large_image_is_read_where_the_signature_names_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("L", (10_000, 9_000), 7).save(path)

    array, _ = image.read(str(path), tensor("uint8", -1, 9_000, 10_000))

    assert ((1, 9_000, 10_000), 7) == (array.shape, array.max())


def test_a_decompression_bomb_is_unreadable(tmp_path: Path) -> None:
    """A header of 20 bytes may promise four billion pixels."""
    path = tmp_path / "bomb.png"
    Image.new("L", (1, 1)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 65_000, 65_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    path.write_bytes(bytes(data))

    for wanted in (None, tensor("uint8", -1, 65_000, 65_000), tensor("uint8", -1, -1, -1)):
        with (
            Peak(40 << 20),
            pytest.raises(Unreadable, match="The image cannot be read: Image size"),
        ):
            image.read(str(path), wanted)


def test_a_turned_tiff_has_the_size_it_is_shown_in(read: Reader) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    array, _ = read(GREY, tensor("uint8", -1, 28, 20), "tiff", exif=exif)

    np.testing.assert_array_equal(np.rot90(GREY, -1), array[0])


def test_what_is_no_image_is_unreadable(read: Reader) -> None:
    saved = BytesIO()
    Image.fromarray(COLOUR).save(saved, "png")

    for data in (b"", b"hello", saved.getvalue()[:400], saved.getvalue()[:40]):
        with pytest.raises(Unreadable, match="The image cannot be read: ") as caught:
            read.raw(data, None)
        assert "0x" not in str(caught.value)


def test_a_file_that_is_gone_is_not_the_files_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        image.read(str(tmp_path / "gone.png"), None)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (gzip.compress(b"pixels", mtime=0), "is compressed by gzip"),
        (b"<!doctype html><title>404", "is a web page"),
        (b"%PDF-1.7", "is a PDF document"),
    ],
)
def test_what_is_named_an_image_and_is_none_says_what_it_is(
    read: Reader, data: bytes, told: str
) -> None:
    with pytest.raises(Unreadable, match=told):
        read.raw(data, None)
