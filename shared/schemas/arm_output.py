"""Output options among the properties of a deployment or a job: texts, as the official SDK sends.

`outputFormat`, `outputLineage`, `outputCarry`, `outputCompress`, `outputIfExists`, `outputPartial`,
`outputLayout`, `outputPartition`; in any case, and with underscores as YAML has them. What is
absent stays as it is, and an empty text is the default.
"""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.output_options import (
    ALL,
    Compression,
    IfExists,
    OutputFormat,
    OutputLayout,
    OutputOptions,
    PartialRows,
)
from shared.domain.output_options import LINEAGE as COLUMNS
from shared.schemas.checked import refusals

FORMAT, LINEAGE, CARRY = "outputFormat", "outputLineage", "outputCarry"
COMPRESS, IF_EXISTS, PARTIAL = "outputCompress", "outputIfExists", "outputPartial"
LAYOUT, PARTITION = "outputLayout", "outputPartition"
CHOICES: dict[str, tuple[str, type[StrEnum]]] = {
    FORMAT: ("format", OutputFormat),
    COMPRESS: ("compress", Compression),
    IF_EXISTS: ("if_exists", IfExists),
    LAYOUT: ("layout", OutputLayout),
    PARTIAL: ("partial", PartialRows),
}
NONE = "none"
# Of a name that is misspelt: letters in common.
ALMOST = 0.85


def read_output_options(
    own: Mapping[str, JSON], path: str, base: OutputOptions | None = None
) -> OutputOptions:
    """Over `base`, or the defaults; `path` is where the properties stand. Raises InvalidRequest."""
    values = _read_values(own, path)
    with refusals({"lineage": f"{path}.{LINEAGE}"}):
        return OutputOptions.from_wire((base or OutputOptions()).to_wire() | values)


def check_output_texts(own: Mapping[str, JSON], path: str) -> None:
    """Raise InvalidRequest for properties that no deployment takes, each by itself."""
    _read_values(own, path)


def _read_values(own: Mapping[str, JSON], path: str) -> dict[str, Any]:
    _refuse_misspelt(own, path)
    given = _given(own, path)
    values = dict[str, Any]()
    for name, (field, kind) in CHOICES.items():
        if (text := given.get(_sound(name))) is not None:
            values[field] = _chosen(text, kind, f"{path}.{name}")
    if (text := given.get(_sound(LINEAGE))) is not None:
        values["lineage"] = _lineage(text, f"{path}.{LINEAGE}") if text else None
    if (text := given.get(_sound(CARRY))) is not None:
        is_all = text.lower() in {"all", ALL}
        values["carry"] = [ALL] if is_all else _names(text, f"{path}.{CARRY}")
    if (text := given.get(_sound(PARTITION))) is not None:
        values["partition"] = _names(text, f"{path}.{PARTITION}")
    elif values.get("layout", OutputLayout.HIVE) != OutputLayout.HIVE:
        values["partition"] = []  # those of the deployment went with its layout
    return values


def write_output_options(options: OutputOptions) -> dict[str, str]:
    """What differs from the defaults, as it is read."""
    usual = OutputOptions()
    texts = {
        name: str(getattr(options, field))
        for name, (field, _) in CHOICES.items()
        if getattr(options, field) != getattr(usual, field)
    }
    if options.lineage is not None:
        texts[LINEAGE] = ",".join(options.lineage) or NONE
    if options.carry:
        texts[CARRY] = "all" if options.carry == (ALL,) else json.dumps(list(options.carry))
    if options.partition:
        texts[PARTITION] = json.dumps(list(options.partition))
    return texts


def _given(own: Mapping[str, JSON], path: str) -> dict[str, str]:
    """Texts by the sound of their names; raises InvalidRequest where two spellings differ."""
    known = {_sound(name) for name in (*CHOICES, LINEAGE, CARRY, PARTITION)}
    given, spelt = dict[str, str](), dict[str, str]()
    for name, value in own.items():
        sound = _sound(name)
        if value is None or sound not in known:
            continue
        text = _text(value)
        if given.setdefault(sound, text) != text:
            raise InvalidRequest(
                f"'{path}.{spelt[sound]}' is '{given[sound][:100]}', and '{path}.{name}' is "
                f"'{text[:100]}': both are the same property.",
                fix="Leave one of them out.",
                target=f"{path}.{name}",
            )
        spelt[sound] = name
    return given


def _chosen(text: str, kind: type[StrEnum], target: str) -> str:
    if not text:
        return next(iter(kind))
    by_sound = {_sound(one): one for one in kind}
    if _sound(text) not in by_sound:
        raise InvalidRequest(
            f"'{target}' is '{text[:100]}'.", fix=f"Use {', '.join(kind)}.", target=target
        )
    return by_sound[_sound(text)]


def _lineage(text: str, target: str) -> list[str]:
    names = _names(text, target)
    if unknown := [name for name in names if name not in COLUMNS]:
        raise InvalidRequest(
            f"'{unknown[0][:100]}' is no column of a lineage, in '{target}'.",
            fix=f"Use some of: {', '.join(COLUMNS)}; or {NONE}.",
            target=target,
        )
    return names


def _names(text: str, target: str) -> list[str]:
    """`a,b`, a JSON list, or `none`."""
    if text.lower() in {"", NONE}:
        return []
    names: Any = [name.strip() for name in text.split(",") if name.strip()]
    if text.startswith("["):
        try:
            names = json.loads(text)
        except ValueError:
            names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidRequest(
            f"'{target}' is '{text[:100]}', which is no list of names.",
            fix='Write names as a,b; those with commas as ["a,b"].',
            target=target,
        )
    return list(dict.fromkeys(names))


def _text(value: JSON) -> str:
    """REST takes lists as lists, too."""
    return value.strip() if isinstance(value, str) else json.dumps(value)


def _refuse_misspelt(own: Mapping[str, JSON], path: str) -> None:
    """Other properties have any name, and one that is almost ours would do nothing in silence."""
    known = {_sound(name): name for name in (*CHOICES, LINEAGE, CARRY, PARTITION)}
    for name in own:
        near = get_close_matches(_sound(name[:100]), known, n=1, cutoff=ALMOST)
        if near and _sound(name) not in known:
            raise InvalidRequest(
                f"'{path}.{name[:100]}' is no property that is known here.",
                fix=f"Did you mean '{known[near[0]]}'? If not, choose a name that differs more.",
                target=f"{path}.{name[:100]}",
            )


def _sound(text: str) -> str:
    return text.replace("_", "").replace("-", "").lower()
