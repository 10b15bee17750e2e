"""One csv cell, cast to a type of an MLflow signature: exactly, or refused with the reason."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

# What stands for "no value" in a column of numbers. In a column of text only the blank does:
# 'NA' is Namibia, and 'None' may be a surname.
MISSING = ("", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "-nan", "null")

INTEGER_BITS = {"integer": 32, "long": 64}
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
    return within(number, kind, text)


def within(number: Decimal, kind: str, text: str) -> int:
    limit = 2 ** (INTEGER_BITS[kind] - 1)
    if number.is_finite() and not -limit <= number < limit:
        raise ValueError(f"{text} does not fit into a {INTEGER_BITS[kind]}-bit integer")
    if not number.is_finite() or number != number.to_integral_value():
        return int(text)  # raises, in the words Azure logs
    return int(number)


def to_boolean(text: str) -> bool:
    text = text.strip()
    if text in MISSING:
        raise ValueError("a blank value cannot be a boolean")
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(f"{text!r} is not a boolean: write true or false") from None


def _refuse_what_only_python_reads(text: str, refusal: str) -> None:
    """'1_000' and digits of other scripts are numbers to Python, and to no other csv reader."""
    if "_" in text or not text.isascii():
        raise ValueError(refusal.format(text))
