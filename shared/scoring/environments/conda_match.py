"""One conda dependency, such as `conda-forge::numpy=1.21.*=py38_0`, in pip's terms."""

import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from shared.scoring.environments.environment_spec import EnvironmentFailed

_CHANNEL = re.compile(r"^[^\s=<>!~\[]+::")
_BRACKETS = re.compile(r"\[(?P<fields>.*)\]\s*$")
_FIELD = re.compile(r"(?P<key>\w+)\s*=\s*(?:'(?P<a>[^']*)'|\"(?P<b>[^\"]*)\"|(?P<c>[^,\s]+))")
_NAME = re.compile(r"^(?P<name>[A-Za-z0-9_][A-Za-z0-9_.\-]*)\s*(?P<rest>.*)$")
_OPERATOR = re.compile(r"^(?P<operator>===|==|~=|!=|<=|>=|=|<|>)?\s*(?P<version>.+)$")
_SPACED_BUILD = re.compile(r"^(?P<version>\S*[^\s=<>!~,])\s+(?P<build>[^\s=<>!~,]\S*)$")
_BUILD = re.compile(r"^(?P<version>=?=?[^=<>!~,|]+)=(?P<build>[^=<>!~,|]+)$")
_RELEASE = re.compile(r"^[\d.]+$")
_ANY = frozenset({"", "*"})
# No name with its versions is longer; parsers take their time.
LONGEST = 1_000


@dataclass(frozen=True)
class CondaMatch:
    """`specifier` is in pip's terms; `note` tells what of the version could not be said in them."""

    name: str
    specifier: str = ""
    note: str = ""


def conda_match(text: str) -> CondaMatch:
    """Raises EnvironmentFailed when it is no dependency."""
    if len(text) > LONGEST:
        raise EnvironmentFailed(
            f"The dependency that begins with '{text[:40]}' has {len(text)} characters. "
            f"Use at most {LONGEST}."
        )
    bare = _CHANNEL.sub("", text.strip())
    brackets = _BRACKETS.search(bare)
    fields = _fields(brackets["fields"]) if brackets else {}
    bare = bare[: brackets.start()] if brackets else bare
    found = _NAME.match(bare)
    if found is None:
        raise EnvironmentFailed(
            f"'{text}' is not a dependency that conda understands. "
            "Write a name and a version, such as 'numpy=1.21'."
        )
    name, requested = found["name"], fields.get("version") or found["rest"].strip()
    if "|" in requested:
        return CondaMatch(name, note=_any_version(name, requested))
    try:
        return CondaMatch(name, _specifier(requested))
    except InvalidSpecifier:
        return CondaMatch(name, note=_any_version(name, requested))


def _fields(text: str) -> dict[str, str]:
    return {
        found["key"]: found["a"] or found["b"] or found["c"] or ""
        for found in _FIELD.finditer(text)
    }


def _any_version(name: str, requested: str) -> str:
    return f"The version '{requested}' of '{name}' has no meaning for pip: any version is taken."


def _specifier(requested: str) -> str:
    version, has_build = _without_build(requested)
    if version in _ANY:
        return ""
    clauses = [_clause(clause.strip(), is_exact=has_build) for clause in version.split(",")]
    return str(SpecifierSet(",".join(filter(None, clauses))))


def _without_build(requested: str) -> tuple[str, bool]:
    """`=1.2=py38_0` and `1.2 py38_0` name a build, and with it one exact version."""
    spaced = _SPACED_BUILD.match(requested)
    if spaced:
        return spaced["version"], spaced["build"] != "*"
    joined = "".join(requested.split())
    found = _BUILD.match(joined)
    return (found["version"], found["build"] != "*") if found else (joined, False)


def _clause(clause: str, *, is_exact: bool) -> str:
    found = _OPERATOR.match(clause)
    if found is None or found["version"] in _ANY:
        return ""
    operator, version = found["operator"] or "", found["version"]
    stem = version.rstrip("*").rstrip(".")
    if operator in ("<", ">", "<=", ">=", "~="):
        return f"{operator}{stem}"
    is_prefix = version.endswith("*") or (operator == "=" and not is_exact)
    is_prefix = is_prefix and bool(_RELEASE.match(stem))  # 1.2.post1 is the prefix of itself only
    return f"{'!=' if operator == '!=' else '=='}{stem}{'.*' if is_prefix else ''}"
