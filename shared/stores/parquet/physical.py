"""Values of JSON as parquet's physical ones, and those as bytes: plain, in bits, by dictionary."""

import json
import re
import sys
from array import array
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from shared.domain.column_types import TypeName
from shared.stores.parquet.schema import BOOLEAN, BYTE_ARRAY, DOUBLE, INT32
from shared.stores.parquet.thrift import number

_EPOCH, _EPOCH_DAY = datetime(1970, 1, 1), date(1970, 1, 1).toordinal()  # noqa: DTZ001  # of both
_BEYOND_MICROSECONDS = re.compile(r"\.\d{6}(\d{1,3})")
# A value of a dictionary stands for as many of the column, or there is none.
_WORTH_IT, _MOST_DISTINCT = 2, 1 << 16


def physical_values(kind: TypeName, values: Sequence[Any]) -> list[Any]:
    """Raises ValueError, TypeError or AttributeError for values of another type."""
    make = _MAKE.get(kind)
    return list(values) if make is None else [make(value) for value in values]


def _bytes_of(text: str) -> bytes:
    return text.encode(errors="backslashreplace")


def _mixed(value: Any) -> bytes:
    return _bytes_of(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _days(text: str) -> int:
    return date.fromisoformat(text).toordinal() - _EPOCH_DAY


def _microseconds(text: str) -> int:
    """Since 1970; in UTC, if the text has a zone."""
    moment = datetime.fromisoformat(text)
    since = moment.replace(tzinfo=None) - _EPOCH
    if (offset := moment.utcoffset()) is not None:
        since -= offset
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _nanoseconds(text: str) -> int:
    match = _BEYOND_MICROSECONDS.search(text)
    return _microseconds(text) * 1_000 + (int(match[1].ljust(3, "0")) if match else 0)


_MAKE: dict[TypeName, Callable[[Any], Any]] = {
    TypeName.DOUBLE: float,
    TypeName.STRING: _bytes_of,
    TypeName.MIXED: _mixed,
    TypeName.DATE: _days,
    TypeName.TIMESTAMP: _microseconds,
    TypeName.TIMESTAMP_NS: _nanoseconds,
    TypeName.INSTANT: _microseconds,
    TypeName.INSTANT_NS: _nanoseconds,
}


def plain(physical: int, values: Sequence[Any]) -> bytes:
    if physical == BOOLEAN:
        return _bits([int(value) for value in values], 1)
    if physical == BYTE_ARRAY:
        return b"".join(
            [piece for value in values for piece in (len(value).to_bytes(4, "little"), value)]
        )
    codes = {DOUBLE: "d", INT32: "i"}
    written = array(codes.get(physical, "q"), values)
    if sys.byteorder == "big":
        written.byteswap()
    return written.tobytes()


def dictionary_of(physical: int, values: Sequence[Any]) -> tuple[list[Any], list[int]] | None:
    """The different values, and which of them each is; None where that saves nothing.

    Floats have none: 0.0 and -0.0 are equal, and not the same.
    """
    if physical in (BOOLEAN, DOUBLE):
        return None
    places = {value: at for at, value in enumerate(dict.fromkeys(values))}
    if len(places) > _MOST_DISTINCT or len(places) * _WORTH_IT > len(values):
        return None
    return list(places), [places[value] for value in values]


def packed(numbers: Sequence[int], width: int) -> bytes:
    """Small numbers in `width` bits each: as runs of equal ones, or side by side."""
    runs = [(value, sum(1 for _ in run)) for value, run in groupby(numbers)]
    if len(runs) * (width // 8 + 3) * 8 <= len(numbers) * width or len(runs) == 1:
        return b"".join(
            number(count << 1) + value.to_bytes((width + 7) // 8, "little") for value, count in runs
        )
    return number((len(numbers) + 7) // 8 << 1 | 1) + _bits(numbers, width)


def _bits(numbers: Sequence[int], width: int) -> bytes:
    """The first in the lowest bits, up to whole groups of eight."""
    if not numbers:
        return b""
    texts = [format(value, f"0{width}b") for value in numbers]
    size = (len(numbers) + 7) // 8 * width
    return int("".join(reversed(texts)), 2).to_bytes(size, "little")
