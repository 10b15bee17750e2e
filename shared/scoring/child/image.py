"""An image as the array a model wants: one image of a batch, in its tensor's shape and type.

Nothing is resized and no value is scaled. Channels are converted only as the shape asks for.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .disguises import disguise, is_image
from .failure import Unfit, Unreadable
from .signature import entries, is_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# One number per pixel, of more than 8 bits: conversions would clip it.
_DEEP = ("I", "F")
_KEPT = ("L", "RGB", "RGBA")


def read(path: str, schema: Any) -> tuple[Any, bool]:
    """The array, and whether its first dimension counts images. Raises `Unreadable`, `Unfit`.

    Without a signature: bytes as the image has them, in a batch of one.
    """
    tensor = _tensor(schema)
    image = _opened(Path(path).read_bytes())
    if tensor is None:
        pixels = next(_variants(image))
        return (pixels[..., 0] if pixels.shape[2] == 1 else pixels)[np.newaxis], True
    shape = tuple(tensor.shape)
    if len(shape) > 1 and shape[0] in (-1, 1):
        fitted = _in_shape(image, shape[1:])
        if fitted is not None:
            return _cast(fitted, tensor.type)[np.newaxis], True
    fitted = _in_shape(image, shape)
    if fitted is not None:
        return _cast(fitted, tensor.type), False
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
    try:
        from PIL import Image  # noqa: PLC0415  # tables do without it
    except ImportError as error:
        raise Unreadable(
            "The model's environment has no Pillow. Add it to the model's requirements"
        ) from error
    try:
        image = Image.open(BytesIO(data))
        image.load()
    except Exception as error:  # each format's decoder has exceptions of its own
        told = str(error).split(" <_io")[0].strip() or type(error).__name__
        other = "" if is_image(data) else disguise(data)
        raise Unreadable(other or f"The image cannot be read: {told}") from error
    return image


def _variants(image: Any) -> Iterator[Any]:
    """The image as it is, then in grey, in colour, and in colour with transparency.

    Arrays of (height, width, channels).
    """
    mode = _natural(image)
    if mode not in _KEPT:
        deep = np.asarray(image)
        deep = deep.astype(deep.dtype.newbyteorder("="))[..., np.newaxis]
        yield deep
        yield np.repeat(deep, 3, axis=2)
        return
    for wanted in (mode, *_KEPT):
        pixels = np.asarray(image if image.mode == wanted else image.convert(wanted))
        yield pixels[..., np.newaxis] if pixels.ndim == 2 else pixels  # noqa: PLR2004


def _natural(image: Any) -> str:
    mode = str(image.mode)
    if mode in _KEPT or mode in _DEEP or mode.startswith("I;"):
        return mode
    if mode == "1":
        return "L"
    return "RGBA" if mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info else "RGB"


def _in_shape(image: Any, shape: Sequence[int]) -> Any:
    """The first variant of the image that has this shape; None if none has."""
    laid_out = (_laid_out(pixels, shape) for pixels in _variants(image))
    return next((pixels for pixels in laid_out if pixels is not None), None)


def _laid_out(pixels: Any, shape: Sequence[int]) -> Any:
    """The pixels in this shape, or None. No side is mistaken for another."""
    height, width, channels = pixels.shape
    if _fits((height, width, channels), shape):
        return pixels
    if _fits((channels, height, width), shape):
        return pixels.transpose(2, 0, 1)
    if channels == 1 and _fits((height, width), shape):
        return pixels[..., 0]
    flat = [side for side in shape if side != 1]
    if flat in ([pixels.size], [-1]):
        return pixels.reshape(shape)
    return None


def _fits(sides: Sequence[int], shape: Sequence[int]) -> bool:
    return len(sides) == len(shape) and all(
        wanted in (-1, side)
        for side, wanted in zip(sides, shape)  # noqa: B905  # Python 3.7 knows no strict
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
