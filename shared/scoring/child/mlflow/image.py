"""An image as the array a model wants: one image of a batch, in its tensor's shape and type.

Nothing is resized and no value is scaled. Channels are converted only as the shape asks for. Sizes
are compared by the image's header: one that cannot fit, or is too large, is never decoded.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .content_sniffing import disguise, is_image
from .failure import Unfit, Unreadable
from .signature import entries, is_tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# One number per pixel, of more than 8 bits: conversions would clip it.
_DEEP = ("I", "F")
_NATURAL = ("L", "RGB", "RGBA")
_CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


def read(path: str, schema: Any) -> tuple[Any, bool]:
    """The array, and whether its first dimension counts images. Raises `Unreadable`, `Unfit`.

    Without a signature: bytes as the image has them, in a batch of one.
    """
    tensor = _tensor(schema)
    image = _opened(Path(path).read_bytes())
    if tensor is None:
        _require_bounded(image)
        _decode(image)
        pixels = _in_mode(image, _modes(image)[0])
        return (pixels[..., 0] if pixels.shape[2] == 1 else pixels)[np.newaxis], True
    shape = tuple(tensor.shape)
    of_one = shape[1:] if len(shape) > 1 and shape[0] in (-1, 1) else None
    for inner in (of_one, shape):
        fitted = None if inner is None else _in_shape(image, inner)
        if fitted is not None:
            is_batch = inner is of_one
            cast = _cast(fitted, tensor.type)
            return (cast[np.newaxis] if is_batch else cast), is_batch
    raise Unfit(
        f"The image is {image.height} pixels high and {image.width} wide (mode {image.mode}), "
        f"which does not fit into the signature's shape {shape}"
    )


def _tensor(schema: Any) -> Any:
    if schema is None:
        return None
    if not is_tensor(schema):
        raise Unfit("The signature wants columns, and an image is a tensor")
    inputs = entries(schema)
    if len(inputs) != 1:
        raise Unfit(f"The signature wants {len(inputs)} tensors, and an image is one")
    return inputs[0]


def _opened(data: bytes) -> Any:
    """Its header is read, and nothing else."""
    try:
        from PIL import Image  # noqa: PLC0415  # tables do without it
    except ImportError as error:
        raise Unreadable(
            "The model's environment has no Pillow. Add it to the model's requirements"
        ) from error
    try:
        with warnings.catch_warnings():  # of sizes: they are compared below
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(BytesIO(data))
    except Exception as error:  # each format's decoder has exceptions of its own
        other = "" if is_image(data) else disguise(data)
        raise (Unreadable(other) if other else _unreadable(error)) from error


def _decode(image: Any) -> None:
    try:
        image.load()
    except Exception as error:  # each format's decoder has exceptions of its own
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> Unreadable:
    reason = str(error).split(" <_io")[0].strip() or type(error).__name__
    return Unreadable(f"The image cannot be read: {reason}")


def _require_bounded(image: Any) -> None:
    """Where nobody says how large an image is, it is no larger than Pillow takes for harmless."""
    from PIL import Image  # noqa: PLC0415  # who has an image has Pillow

    most = Image.MAX_IMAGE_PIXELS
    if most is not None and image.width * image.height > most:
        raise Unreadable(
            f"The image is {image.height} pixels high and {image.width} wide, and more than "
            f"{most} pixels are decoded only where the signature's shape names the size"
        )


def _modes(image: Any) -> Sequence[str]:
    """The image as it is, then in grey, in colour, and in colour with transparency."""
    mode = _natural(image)
    return (mode, *_NATURAL) if mode in _NATURAL else (mode, mode + "x3")


def _channels(mode: str) -> int:
    return _CHANNELS.get(mode, 3 if mode.endswith("x3") else 1)


def _in_mode(image: Any, mode: str) -> Any:
    """An array of (height, width, channels)."""
    if mode not in _NATURAL:
        deep = np.asarray(image)
        deep = deep.astype(deep.dtype.newbyteorder("="))[..., np.newaxis]
        return np.repeat(deep, _channels(mode), axis=2)
    pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels  # noqa: PLR2004


def _natural(image: Any) -> str:
    mode = str(image.mode)
    if mode in _NATURAL or mode in _DEEP or mode.startswith("I;"):
        return mode
    if mode == "1":
        return "L"
    return "RGBA" if mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info else "RGB"


def _in_shape(image: Any, shape: Sequence[int]) -> Any:
    """The first variant of the image that has this shape; None if none has."""
    if not any(
        _layout((*size, channels), shape) for size in _sizes(image) for channels in (1, 3, 4)
    ):
        return None
    if -1 in shape:
        _require_bounded(image)
    _decode(image)
    for mode in _modes(image):
        layout = _layout((image.height, image.width, _channels(mode)), shape)
        if layout is not None:
            return layout(_in_mode(image, mode))
    return None


def _sizes(image: Any) -> Iterator[tuple[int, int]]:
    """By the header, height first; a TIFF may be turned while it is decoded."""
    yield image.height, image.width
    if image.format == "TIFF":
        yield image.width, image.height


def _layout(sides: tuple[int, int, int], shape: Sequence[int]) -> Callable[[Any], Any] | None:
    """What brings pixels of these sides into the shape. No side is mistaken for another."""
    height, width, channels = sides
    if _fits(sides, shape):
        return lambda pixels: pixels
    if _fits((channels, height, width), shape):
        return lambda pixels: pixels.transpose(2, 0, 1)
    if channels == 1 and _fits((height, width), shape):
        return lambda pixels: pixels[..., 0]
    flat = [side for side in shape if side != 1]
    if flat in ([height * width * channels], [-1]):
        return lambda pixels: pixels.reshape(shape)
    return None


def _fits(sides: Sequence[int], shape: Sequence[int]) -> bool:
    return len(sides) == len(shape) and all(
        expected in (-1, side)
        for side, expected in zip(sides, shape)  # noqa: B905  # Python 3.7 knows no strict
    )


def _cast(pixels: Any, kind: Any) -> Any:
    dtype = np.dtype(kind)
    if dtype.kind not in "biuf":
        raise Unfit(f"The signature wants {dtype.name}, and an image holds numbers")
    cast = pixels.astype(dtype)
    unlike = pixels[(cast != pixels) & (cast == cast)]  # noqa: PLR0124  # NaN is itself
    if unlike.size:
        raise Unfit(f"The image has the value {unlike.max()!s}, which {dtype.name} cannot hold")
    return np.ascontiguousarray(cast)
