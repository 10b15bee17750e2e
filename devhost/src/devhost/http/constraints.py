"""Inline route constraints, `{id:int}`: which values a route parameter takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

type ValueTest = Callable[[str], bool]


class BadConstraint(ValueError):
    """The constraint is unknown, or its arguments make no sense."""


@dataclass(frozen=True)
class Constraint:
    """One constraint as it was written, and what it lets through."""

    text: str
    name: str
    accepts: ValueTest


def constraint(text: str) -> Constraint:
    """`int`, `length(2,5)`, `regex(^a+$)` and their like."""
    match = re.fullmatch(r"\s*([^()\s]+)\s*(?:\((.*)\))?\s*", text, re.DOTALL)
    name = match[1].lower() if match else ""
    if match is None or name not in FACTORIES:
        raise BadConstraint(f"'{text}' is not a route constraint")
    arguments = match[2]
    try:
        return Constraint(text, name, FACTORIES[name](arguments))
    except (ValueError, TypeError, re.error) as error:
        raise BadConstraint(f"route constraint '{text}' has wrong arguments") from error


type TestFactory = Callable[[str | None], ValueTest]


def _plain(test: ValueTest) -> TestFactory:
    def factory(arguments: str | None) -> ValueTest:
        if arguments:
            raise ValueError(arguments)
        return test

    return factory


def _whole(bits: int) -> ValueTest:
    """A whole number that fits, with the sign and spaces that .NET's parser allows."""
    limit = 1 << (bits - 1)

    def accepts(value: str) -> bool:
        number = _number(value)
        return number is not None and -limit <= number < limit

    return accepts


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"\s*[+-]?[0-9]+\s*", value) else None


def _decimal(value: str) -> bool:
    return re.fullmatch(r"\s*[+-]?([0-9,]+\.?[0-9]*|\.[0-9]+)\s*", value) is not None


def _float(value: str) -> bool:
    return (
        re.fullmatch(r"\s*[+-]?([0-9,]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", value) is not None
    )


def _bool(value: str) -> bool:
    return value.strip().lower() in {"true", "false"}


def _guid(value: str) -> bool:
    digits = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    forms = rf"[0-9a-f]{{32}}|{digits}|\{{{digits}\}}|\({digits}\)"
    return re.fullmatch(forms, value, re.IGNORECASE) is not None


def _datetime(value: str) -> bool:
    for form in (None, "%m/%d/%Y", "%m/%d/%Y %H:%M:%S", "%m-%d-%Y", "%Y/%m/%d"):
        try:
            datetime.strptime(value, form) if form else datetime.fromisoformat(value)  # noqa: DTZ007  # only whether it parses matters
        except ValueError:
            continue
        return True
    return False


def _length(arguments: str | None) -> ValueTest:
    bounds = [int(part) for part in str(arguments).split(",")]
    least, most = (bounds[0], bounds[-1]) if len(bounds) in {1, 2} else (1, 0)
    if not 0 <= least <= most:
        raise ValueError(arguments)
    return lambda value: least <= len(value) <= most


def _min_length(arguments: str | None) -> ValueTest:
    least = int(str(arguments))
    return lambda value: len(value) >= least


def _max_length(arguments: str | None) -> ValueTest:
    most = int(str(arguments))
    return lambda value: len(value) <= most


def _min(arguments: str | None) -> ValueTest:
    least = int(str(arguments))
    return lambda value: (number := _number(value)) is not None and number >= least


def _max(arguments: str | None) -> ValueTest:
    most = int(str(arguments))
    return lambda value: (number := _number(value)) is not None and number <= most


def _range(arguments: str | None) -> ValueTest:
    least, most = (int(part) for part in str(arguments).split(","))
    return lambda value: (number := _number(value)) is not None and least <= number <= most


def _regex(arguments: str | None) -> ValueTest:
    if arguments is None:
        raise ValueError(arguments)
    pattern = re.compile(arguments, re.IGNORECASE)
    return lambda value: pattern.search(value) is not None


def _file(value: str) -> bool:
    name, dot, extension = value.rpartition("/")[2].partition(".")
    return bool(dot) and bool(extension or name)


FACTORIES: Mapping[str, TestFactory] = {
    "int": _plain(_whole(32)),
    "long": _plain(_whole(64)),
    "bool": _plain(_bool),
    "decimal": _plain(_decimal),
    "double": _plain(_float),
    "float": _plain(_float),
    "guid": _plain(_guid),
    "datetime": _plain(_datetime),
    "alpha": _plain(lambda value: re.fullmatch(r"[a-zA-Z]*", value) is not None),
    "required": _plain(bool),
    "file": _plain(_file),
    "nonfile": _plain(lambda value: not _file(value)),
    "length": _length,
    "minlength": _min_length,
    "maxlength": _max_length,
    "min": _min,
    "max": _max,
    "range": _range,
    "regex": _regex,
}
