"""Texts with places for what is known only when a job is made: `{yyyy}/{MM}/{dd}/{name}.csv`."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON

# Azure ML's expressions, and plain places; other braces are what they are.
PLACE = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}|\{(\w+)\}")


def values_of(name: str, local: datetime, endpoint: str) -> dict[str, str]:
    """What templates of one job may say: its name, its endpoint, and the parts of a moment."""
    return {
        "endpoint": endpoint,
        "name": name,
        "job": name,
        "date": f"{local:%Y-%m-%d}",
        "creation_date": f"{local:%Y-%m-%d}",
        "creation_context.trigger_time": local.isoformat(timespec="seconds"),
        "yyyy": f"{local:%Y}",
        "MM": f"{local:%m}",
        "dd": f"{local:%d}",
        "HH": f"{local:%H}",
        "mm": f"{local:%M}",
    }


def render(value: JSON, values: Mapping[str, str], *, target: str) -> JSON:
    """The JSON value with every place in its texts filled; raises InvalidRequest for others."""
    if isinstance(value, dict):
        return {key: render(one, values, target=f"{target}.{key}") for key, one in value.items()}
    if isinstance(value, list):
        return [render(one, values, target=target) for one in value]
    return _filled(value, values, target) if isinstance(value, str) else value


def _filled(text: str, values: Mapping[str, str], target: str) -> str:
    def fill(place: re.Match[str]) -> str:
        key = place[1] or place[2]
        if key not in values:
            raise InvalidRequest(
                f"'{target}' has the place '{place[0][:100]}', which nothing fills.",
                fix=f"Use one of: {', '.join(values)}; in braces, or as ${{{{name}}}}.",
                target=target,
            )
        return values[key]

    return PLACE.sub(fill, text)


def refuse_unknown(text: str, known: Iterable[str], *, target: str) -> None:
    """Raise InvalidRequest for a plain place that nothing fills, with the one that was meant."""
    names = list(known)
    for place in PLACE.finditer(text):
        if place[2] is None or place[2] in names:
            continue
        near = get_close_matches(place[2], names, n=1)
        meant = f"Did you mean '{{{near[0]}}}'? " if near else ""
        there = ", ".join(f"{{{name}}}" for name in names)
        raise InvalidRequest(
            f"'{target}' has the place '{place[0][:100]}', which nothing fills.",
            fix=f"{meant}Use {there}; braces are for places only.",
            target=target,
        )


def fill_known(text: str, values: Mapping[str, str]) -> str:
    """The text with the plain places filled that there are values for; others are what they are."""

    def fill(place: re.Match[str]) -> str:
        return values.get(place[2] or "", place[0])

    return PLACE.sub(fill, text)
