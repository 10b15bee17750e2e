"""YAML that users wrote, read safely: no aliases, and bounded, so that nobody waits for it.

A few hundred bytes of aliases stand for gigabytes, and a parser that recurses dies of depth. Both
are seen in the stream of events, before anything is built.
"""

from typing import Any

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
    """It is not YAML, or not YAML that is read here: in words."""


def plain(text: str) -> JSON:
    """With every value as the text it is: 3.10 does not become 3.1. Raises BadYaml."""
    return _loaded(text, _READER)


def typed(text: str) -> JSON:
    """With numbers, booleans and dates as YAML knows them. Raises BadYaml."""
    return _loaded(text, _TYPED)


def _loaded(text: str, loader: Any) -> JSON:
    if len(text) > LONGEST:
        raise BadYaml(f"it has {len(text)} characters, more than {LONGEST}")
    try:
        _check(text)
        return yaml.load(text, Loader=loader)  # noqa: S506  # the base loader or the safe one
    except (yaml.YAMLError, OverflowError, RecursionError) as error:
        raise BadYaml(" ".join(str(error).split())) from error
    except BadYaml:
        raise
    except ValueError as error:
        raise BadYaml(str(error)) from error


def _check(text: str) -> None:
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_READER):
        if anchor := getattr(event, "anchor", None):  # of an alias, too
            raise BadYaml(f"it uses the alias or anchor '{anchor}': write the value itself")
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise BadYaml(f"its values are nested more than {DEEPEST} deep")
        if nodes > MOST_NODES:
            raise BadYaml(f"it has more than {MOST_NODES} values")
