"""Output options among the properties of a deployment or a job: texts, as the official SDK sends.

`outputFormat`, `outputLineage`, `outputCarry`, `outputCompress`, `outputIfExists`; in any case, and
with underscores as YAML has them. What is absent stays as it is, and an empty text is the default.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.domain.errors import InvalidRequest
from shared.domain.output_options import ALL, Compression, IfExists, OutputFormat, OutputOptions
from shared.schemas.checked import refusals

FORMAT, LINEAGE, CARRY = "outputFormat", "outputLineage", "outputCarry"
COMPRESS, IF_EXISTS = "outputCompress", "outputIfExists"
CHOICES: dict[str, tuple[str, type[StrEnum]]] = {
    FORMAT: ("format", OutputFormat),
    COMPRESS: ("compress", Compression),
    IF_EXISTS: ("if_exists", IfExists),
}
NONE = "none"


def read_output_options(
    own: Mapping[str, str], path: str, base: OutputOptions | None = None
) -> OutputOptions:
    """Over `base`, or the defaults; `path` is where the properties stand. Raises InvalidRequest."""
    given = {_sound(name): text.strip() for name, text in own.items()}
    values = dict[str, Any]()
    for name, (field, kind) in CHOICES.items():
        if (text := given.get(_sound(name))) is not None:
            values[field] = _chosen(text, kind, f"{path}.{name}")
    if (text := given.get(_sound(LINEAGE))) is not None:
        values["lineage"] = _lineage(text)
    if (text := given.get(_sound(CARRY))) is not None:
        values["carry"] = _carry(text, f"{path}.{CARRY}")
    with refusals({"lineage": f"{path}.{LINEAGE}"}):
        return OutputOptions.from_wire((base or OutputOptions()).to_wire() | values)


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
    return texts


def _chosen(text: str, kind: type[StrEnum], target: str) -> str:
    if not text:
        return next(iter(kind))
    by_sound = {_sound(one): one for one in kind}
    if _sound(text) not in by_sound:
        raise InvalidRequest(
            f"'{target}' is '{text[:100]}'.", fix=f"Use {', '.join(kind)}.", target=target
        )
    return by_sound[_sound(text)]


def _lineage(text: str) -> list[str] | None:
    """`file,row`; `none` for no such columns at all."""
    if not text:
        return None
    return [] if text.lower() == NONE else text.replace(",", " ").split()


def _carry(text: str, target: str) -> list[str]:
    """`all`, `none`, names with commas between, or a JSON list of names."""
    if text.lower() in {"", NONE}:
        return []
    if text.lower() in {"all", ALL}:
        return [ALL]
    if not text.startswith("["):
        names: Any = [name.strip() for name in text.split(",") if name.strip()]
    else:
        try:
            names = json.loads(text)
        except ValueError:
            names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidRequest(
            f"'{target}' is '{text[:100]}', which is no list of names.",
            fix='Write all, or names as a,b; those with commas as ["a,b"].',
            target=target,
        )
    return list(dict.fromkeys(names))


def _sound(text: str) -> str:
    return text.replace("_", "").replace("-", "").lower()
