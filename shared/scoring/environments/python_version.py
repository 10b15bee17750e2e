"""Which Python an environment gets, of the one it asks for."""

import re
import sys

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from shared.scoring.environments.environment_spec import EnvironmentFailed

OLDEST = (3, 7)
NEWEST = (3, 14)
LONGEST = 100  # characters of a version, or of a range of them
_EXACT = re.compile(r"^={0,3}\s*(?P<version>\d+(?:\.\d+){0,2})(?:\.\*)?$")


def chosen_python(requested: str) -> tuple[str, str]:
    """A version such as 3.10 or 3.7.16 for what a file asks for, and a note or nothing.

    Raises EnvironmentFailed when no supported Python is meant.
    """
    requested = requested.strip()
    if len(requested) > LONGEST:
        raise _unsupported(f"{requested[:LONGEST]}...")
    if requested in ("", "*"):
        return "", ""
    exact = _EXACT.match(requested)
    if exact and "." in exact["version"]:
        return _supported(exact["version"])
    return _of_range(f"=={exact['version']}.*" if exact else requested)


def is_supported(version: str) -> bool:
    return OLDEST <= Version(version).release[:2] <= NEWEST


def _supported(version: str) -> tuple[str, str]:
    minor = Version(version).release[:2]
    if minor[0] == OLDEST[0] and minor < OLDEST:
        return _text(OLDEST), (
            f"Python {version} is older than {_text(OLDEST)}, the oldest that is supported: "
            f"{_text(OLDEST)} is used."
        )
    if not is_supported(version):
        raise _unsupported(version)
    return version, ""


def _of_range(requested: str) -> tuple[str, str]:
    """The service's own Python if it will do, else the newest that will."""
    try:
        versions = SpecifierSet(requested)
    except (InvalidSpecifier, InvalidVersion) as error:
        raise _unsupported(requested) from error
    minors = [(3, minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    for minor in (sys.version_info[:2], *minors):
        if OLDEST <= minor <= NEWEST and _contains(versions, minor):
            return _text(minor), ""
    raise _unsupported(requested)


def _contains(versions: SpecifierSet, minor: tuple[int, int]) -> bool:
    """Whether some patch of the minor version will do: `>3.7` excludes none but 3.7.0."""
    return any(versions.contains(f"{_text(minor)}.{patch}") for patch in (0, 1, 99))


def _text(minor: tuple[int, int]) -> str:
    return f"{minor[0]}.{minor[1]}"


def _unsupported(requested: str) -> EnvironmentFailed:
    return EnvironmentFailed(
        f"Python '{requested}' is not supported. Ask for one of {_text(OLDEST)} to {_text(NEWEST)}."
    )
