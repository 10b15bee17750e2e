"""Which files of its input a job takes, in ARM JSON.

An input says it in fields of its own. In `properties`, a deployment's and a job's, it stands under
names that begin with `input`, as texts: that is what the official client sends unchanged.
"""

import json
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from shared.domain.errors import InvalidRequest
from shared.domain.globs import problem_with_glob
from shared.domain.message import JSON
from shared.domain.names import ASSET_NAME, LONGEST_ASSET
from shared.domain.selection import MOST_NEWEST, Selection, moment_in
from shared.domain.split import EXAMPLES, parse_split
from shared.schemas.checked import refusals
from shared.schemas.fields import LONGEST_QUOTE, WHOLE, Fields

MOST_GLOBS = 100
# Characters of them all: they are in the job's document, which lists of jobs read.
LONGEST_GLOBS = 10_000
FIELDS = {
    "include": "include",
    "exclude": "exclude",
    "manifest": "manifest",
    "changedSince": "changed_since",
    "newest": "newest",
    "split": "split",
}
PROPERTIES = {f"input{name[:1].upper()}{name[1:]}": name for name in FIELDS}
# How alike a name is that must be one of ours, misspelt: `inputIncludes`, `input_include`.
ALIKE = 0.86
GLOBS_FIX = 'Give globs of paths inside the folder, such as ["*.csv", "2026/**/*.csv"]'
_SEPARATOR = re.compile(r"\s*,\s*")

type Given = dict[str, Any]
"""Values of Selection's fields, those that were given; an empty one takes back a default."""


def read_of_input(fields: Fields) -> Given:
    """What an input says of the files that count; raises InvalidRequest."""
    return _read({name: (fields.raw(name), fields.path(name)) for name in FIELDS})


def read_of_properties(properties: Mapping[str, JSON], path: str) -> Given:
    """The same of a map of properties, whose other names are the user's own."""
    names = {name.lower(): field for name, field in PROPERTIES.items()}
    values: dict[str, tuple[JSON, str]] = {}
    for name, value in properties.items():
        if name.lower() in names:
            values[names[name.lower()]] = (value, f"{path}.{name}")
        else:
            _refuse_misspelt(name, path)
    return _read(values)


def check_choice(given: Mapping[str, JSON], path: str) -> None:
    """Raise InvalidRequest for values that choose no files, or not together."""
    read = _read({name: (given.get(name), f"{path}.{name}") for name in FIELDS})
    select(Selection(), read, path)


def select(base: Selection, given: Given, path: str) -> Selection:
    """What is given, over a default; a manifest leaves nothing of that to choose."""
    kept = (base.unchosen() if given.get("manifest") else base).given()
    with refusals(dict.fromkeys(("", *Selection.model_fields), path)):
        return Selection.from_wire(kept | given)


def write_selection(selection: Selection) -> dict[str, JSON]:
    """The fields of an input that say it: none for the default."""
    given = selection.given()
    return {wire: given[name] for wire, name in FIELDS.items() if name in given}


def _read(values: Mapping[str, tuple[JSON, str]]) -> Given:
    return {
        FIELDS[name]: _READERS[name](value, path)
        for name, (value, path) in values.items()
        if value is not None
    }


def _refuse_misspelt(name: str, path: str) -> None:
    sounds = {known.lower(): known for known in PROPERTIES}
    sound = name[:LONGEST_QUOTE].replace("_", "").replace("-", "").replace(".", "").lower()
    if near := get_close_matches(sound, sounds, n=1, cutoff=ALIKE):
        raise InvalidRequest(
            f"'{path}.{name[:LONGEST_QUOTE]}' is not a property that chooses input files.",
            fix=f"Did you mean '{sounds[near[0]]}'?",
            target=f"{path}.{name[:LONGEST_QUOTE]}",
        )


def _read_globs(value: JSON, path: str) -> tuple[str, ...]:
    globs = _split(value) if isinstance(value, str) else value
    is_list = isinstance(globs, list) and all(isinstance(one, str) for one in globs)
    size = sum(map(len, globs)) if is_list else 0
    if not is_list or len(globs) > MOST_GLOBS or size > LONGEST_GLOBS:
        found = f"{len(globs)} globs of {size} characters" if is_list else str(value)
        raise InvalidRequest(
            f"'{path}' is {found[:LONGEST_QUOTE]}, not a list of up to {MOST_GLOBS} globs with "
            f"{LONGEST_GLOBS} characters in all.",
            fix=f"{GLOBS_FIX}, or a text with commas between them.",
            target=path,
        )
    for glob in globs:
        if problem := problem_with_glob(glob):
            raise InvalidRequest(
                f"'{path}' has the glob {glob[:LONGEST_QUOTE]!a}, which no path in the folder "
                f"matches: {problem}.",
                fix=f"{GLOBS_FIX}; '[[]' is the character '['.",
                target=path,
            )
    return tuple(globs)


def _split(text: str) -> list[str]:
    """A JSON list, or globs with commas between; one may begin with a bracket itself."""
    if text.startswith("["):
        try:
            globs = json.loads(text)
        except (ValueError, RecursionError):
            globs = None
        if isinstance(globs, list) and all(isinstance(one, str) for one in globs):
            return globs
    return _SEPARATOR.split(text.strip()) if text.strip() else []


def _read_manifest(value: JSON, path: str) -> bool:
    word = str(value).strip().lower() if isinstance(value, bool | str) else "?"
    if word == "":
        return False
    if word not in {"true", "false"}:
        raise InvalidRequest(
            f"'{path}' is {str(value)[:LONGEST_QUOTE]!r}.", fix="Use true or false.", target=path
        )
    return word == "true"


def _read_since(value: JSON, path: str) -> str:
    text = value.strip() if isinstance(value, str) else None
    is_job = bool(text) and len(text or "") <= LONGEST_ASSET and ASSET_NAME.fullmatch(text or "")
    if text is None or not (text == "" or moment_in(text) or is_job):
        raise InvalidRequest(
            f"'{path}' is {str(value)[:LONGEST_QUOTE]!r}, which is neither a time nor a job's "
            "name.",
            fix="Give a time with its zone, such as 2026-11-01T00:00:00Z, or an earlier job.",
            target=path,
        )
    return text


def _read_newest(value: JSON, path: str) -> int:
    text = str(value).strip() if isinstance(value, int | str) else ""
    count = int(text) if WHOLE.fullmatch(text) else -1
    if text == "" and value == "":
        return 0
    if not 1 <= count <= MOST_NEWEST:
        raise InvalidRequest(
            f"'{path}' is {str(value)[:LONGEST_QUOTE]!r}.",
            fix=f"Give a number of files, 1 to {MOST_NEWEST}.",
            target=path,
        )
    return count


def _read_split(value: JSON, path: str) -> str:
    """In the one spelling that documents have."""
    text = value if isinstance(value, str) else str(value)
    try:
        return str(parse_split(text) or "")
    except ValueError as error:
        raise InvalidRequest(
            f"'{path}': {error}", fix=f"Use one of: {EXAMPLES}.", target=path
        ) from error


_READERS: dict[str, Callable[[JSON, str], Any]] = {
    "include": _read_globs,
    "exclude": _read_globs,
    "manifest": _read_manifest,
    "changedSince": _read_since,
    "newest": _read_newest,
    "split": _read_split,
}
