"""YAML that users wrote, read safely: no aliases, and bounded, so that nobody waits for it.

A few hundred bytes of aliases stand for gigabytes, and a parser that recurses dies of depth. Both
are seen in the stream of events, before anything is built.
"""

from typing import Any, Self

import yaml

from shared.domain.message import JSON

# An MLmodel holds a signature: 10,000 columns are some 600 kB.
LONGEST = 1 << 20
DEEPEST = 50
MOST_NODES = 100_000

# libyaml is fifty times faster; both read the same.
_READER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TYPED = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class BadYaml(ValueError):
    """It is not YAML, or not YAML that is read here: in words.

    `reason` is without the position; `line` and `column` count from 1, and are 0 if unknown.
    """

    def __init__(self, message: str, *, reason: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.reason = reason or message
        self.line = line
        self.column = column

    @classmethod
    def at(cls, mark: Any, message: str, reason: str = "") -> Self:
        """`mark` is a parser's; None where it has none."""
        if mark is None:
            return cls(message, reason=reason)
        return cls(message, reason=reason, line=mark.line + 1, column=mark.column + 1)


def plain(text: str) -> JSON:
    """With every value as the text it is: 3.10 does not become 3.1. Raises BadYaml."""
    return _loaded(text, _READER)


def typed(text: str) -> JSON:
    """With numbers, booleans and dates as YAML knows them. Raises BadYaml."""
    return _loaded(text, _TYPED)


def composed(text: str) -> yaml.Node | None:
    """Its nodes, with their positions; None when there is nothing in it. Raises BadYaml."""
    root: yaml.Node | None = _read(text, lambda: yaml.compose(text, Loader=_TYPED))
    return root


def value_of(node: yaml.ScalarNode) -> JSON:
    """A scalar's number, boolean, null or date, as YAML knows it. Raises BadYaml."""
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        what = f"'{str(node.value)[:100]}' is not a value: {' '.join(str(error).split())[:200]}"
        raise BadYaml.at(node.start_mark, what) from error


def _loaded(text: str, loader: Any) -> JSON:
    return _read(text, lambda: yaml.load(text, Loader=loader))  # noqa: S506  # base or safe


def _read(text: str, read: Any) -> Any:
    if len(text) > LONGEST:
        raise BadYaml(f"it has {len(text)} characters, more than {LONGEST}")
    try:
        _check(text)
        return read()
    except yaml.MarkedYAMLError as error:
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise BadYaml.at(error.problem_mark, _one_line(error), reason) from error
    except (yaml.YAMLError, OverflowError, RecursionError) as error:
        raise BadYaml(_one_line(error)) from error
    except BadYaml:
        raise
    except ValueError as error:
        raise BadYaml(str(error)) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _check(text: str) -> None:
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_READER):
        mark = event.start_mark
        if anchor := getattr(event, "anchor", None):  # of an alias, too
            raise BadYaml.at(
                mark, f"it uses the alias or anchor '{anchor}': write the value itself"
            )
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise BadYaml.at(mark, f"its values are nested more than {DEEPEST} deep")
        if nodes > MOST_NODES:
            raise BadYaml.at(mark, f"it has more than {MOST_NODES} values")
