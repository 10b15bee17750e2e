"""Which names blob storage can hold, and the order it lists them in."""

import re

from shared.domain.errors import InvalidRequest

NAME_LIMIT = 1024
"""Characters of a blob's name."""

_CONTAINER = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]|\$(root|web|logs)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def check_container(container: str) -> None:
    if not _CONTAINER.fullmatch(container):
        raise InvalidRequest(
            f"'{container}' is not a container's name.",
            fix="Use 3 to 63 lower-case letters, digits and single hyphens between them.",
            target="container",
        )


def check_names(container: str, name: str) -> None:
    """Refuse what no store can hold.

    `..` is refused before any client sees it: HTTP clients resolve such segments, and the
    request would reach another container than the one that was asked for.
    """
    check_container(container)
    if problem := _problem(name):
        raise InvalidRequest(
            f"{name[:NAME_LIMIT]!a} is not a blob's name: {problem}.",
            fix="Use a relative path without '.' and '..', as the container's listing shows it.",
            target="blob",
        )


def may_begin_a_name(prefix: str) -> bool:
    """Whether some blob's name may begin so; the store fails when asked for another prefix."""
    return len(prefix) <= NAME_LIMIT and not _CONTROL.search(prefix)


def listing_order(name: str) -> bytes:
    """The key that sorts names as the store does: by UTF-16 code unit."""
    return name.encode("utf-16-be", "surrogatepass")


def _problem(name: str) -> str:
    if not 1 <= len(name) <= NAME_LIMIT:
        return f"it has {len(name)} characters, and 1 to {NAME_LIMIT} are allowed"
    if _CONTROL.search(name):
        return "it holds a control character"
    if "\\" in name:
        return "it holds a backslash, which the store would take for a slash"
    if any(segment in (".", "..") for segment in name.split("/")):
        return "a segment of it is '.' or '..'"
    return ""
