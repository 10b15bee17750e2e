"""Thrift's compact protocol, as far as parquet's headers and footers need it: writing.

A struct is a dict of its fields by number; a value's type is Python's, and of integers its own.
"""

from dataclasses import dataclass

_TRUE, _FALSE, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 2, 5, 6, 8, 9, 12
_LONG_LIST, _FAR = 15, 15


@dataclass(frozen=True)
class I64:
    """An integer of 64 bits; others have 32."""

    value: int


type Value = bool | int | I64 | str | list[Value] | dict[int, Value]
type Struct = dict[int, Value]


def struct(fields: Struct) -> bytes:
    """The fields in the order of their numbers, and the end."""
    written, before = bytearray(), 0
    for number in sorted(fields):
        value = fields[number]
        kind = _kind(value)
        delta = number - before
        written += bytes([delta << 4 | kind]) if delta <= _FAR else bytes([kind]) + _signed(number)
        if not isinstance(value, bool):  # its kind says it
            written += _value(value)
        before = number
    return bytes(written) + b"\0"


def number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while value > 0x7F:  # noqa: PLR2004  # the last one has no high bit
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _value(value: Value) -> bytes:
    if isinstance(value, I64):
        return _signed(value.value)
    if isinstance(value, int):
        return _signed(value)
    if isinstance(value, str):
        text = value.encode(errors="backslashreplace")
        return number(len(text)) + text
    return struct(value) if isinstance(value, dict) else _list(value)


def _list(values: list[Value]) -> bytes:
    kind, count = _kind(values[0]) if values else _STRUCT, len(values)
    head = bytes([count << 4 | kind])[:1] if count < _LONG_LIST else bytes([0xF0 | kind])
    size = b"" if count < _LONG_LIST else number(count)
    return head + size + b"".join(map(_value, values))


def _kind(value: Value) -> int:
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    kinds = {int: _I32, I64: _I64, str: _BINARY, list: _LIST, dict: _STRUCT}
    return kinds[type(value)]


def _signed(value: int) -> bytes:
    return number(value << 1 if value >= 0 else (-value << 1) - 1)
