"""One value, written as text, cast to a type of an MLflow signature: exactly, or refused."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal, InvalidOperation

# What stands for "no value" in a column of numbers. In a column of text only the blank does:
# 'NA' is Namibia, and 'None' may be a surname.
MISSING = ("", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "-nan", "null")

# The words of MLflow, and numpy's where MLflow has none, with numpy's type for each.
FLOATS = {"float": "float32", "double": "float64", "float16": "float16"}
INTEGERS = {
    "integer": "int32",
    "long": "int64",
    **{name: name for name in ("int8", "int16", "uint8", "uint16", "uint32", "uint64")},
}
_DAY = r"(?:\d{4}-\d\d?-\d\d?|\d{4}/\d\d?/\d\d?|\d{4}\.\d\d?\.\d\d?|\d{8})"
_TIME = r"[T ]\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?|\d\d(?:\d\d(?:\.\d+)?)?)?"
_OFFSET = r"(?:Z| ?[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?"
_ISO_8601 = re.compile(rf"\d{{4}}(?:-\d\d?)?|{_DAY}(?:{_TIME}{_OFFSET})?", re.ASCII)
_NO_MOMENT = ("", "nan", "nat")
# Characters of a long text that are shown.
_EXCERPT = 40
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def to_float(text: str) -> float:
    text = text.strip()
    if text in MISSING:
        return float("nan")
    _refuse_what_only_python_reads(text, "could not convert string to float: {!r}")
    return float(text)


def to_integer(text: str, kind: str) -> int:
    """An exact integer: '3.0' is 3, '3.7' is nothing."""
    text = text.strip()
    if text in MISSING:
        raise ValueError("a blank value cannot be an integer")
    _refuse_what_only_python_reads(text, "invalid literal for int() with base 10: {!r}")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return int(text)  # raises, in the words Azure logs
    return _within(number, kind, text)


def to_moment(text: str) -> str | None:
    """A text that is one moment to every pandas: the year comes first.

    01/02/2020 is two days, and 'now' another moment in every try.
    """
    text = text.strip()
    if text.lower() in _NO_MOMENT:
        return None
    if not _ISO_8601.fullmatch(text):
        raise ValueError(f"{text!r} is not a date: write ISO 8601, as 2020-01-31T10:00:00Z")
    return text


def bounds(kind: str) -> tuple[int, int]:
    """The least and the greatest of an integer type."""
    bits = _bits(kind)
    if _is_unsigned(kind):
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def to_boolean(text: str) -> bool | None:
    text = text.strip()
    if text in MISSING:
        return None
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(f"{text!r} is not a boolean: write true or false") from None


def to_bytes(text: str) -> bytes:
    """Of base64, as MLflow's own server takes bytes; line ends do not count."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        excerpt = text if len(text) <= _EXCERPT else text[:_EXCERPT] + "..."
        raise ValueError(f"{excerpt!r} is not binary: write base64") from None


def _within(number: Decimal, kind: str, text: str) -> int:
    least, greatest = bounds(kind)
    if number.is_finite() and not least <= number <= greatest:
        size = f"{'an unsigned' if _is_unsigned(kind) else 'a'} {_bits(kind)}-bit integer"
        raise ValueError(f"{text} does not fit into {size}")
    if not number.is_finite() or number != number.to_integral_value():
        return int(text)  # raises, in the words Azure logs
    return int(number)


def _bits(kind: str) -> int:
    return int(INTEGERS[kind].lstrip("uint"))


def _is_unsigned(kind: str) -> bool:
    return INTEGERS[kind].startswith("u")


def _refuse_what_only_python_reads(text: str, refusal: str) -> None:
    """'1_000' and digits of other scripts are numbers to Python, and to no other reader."""
    if "_" in text or not text.isascii():
        raise ValueError(refusal.format(text))
