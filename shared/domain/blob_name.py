"""Which names a blob may have: Azure Storage's rules, and ours where HTTP clients interfere."""

import re

NAME_LIMIT = 1024
"""Characters of a blob's name."""

NO_CHARACTER = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no name can hold: control characters, halves of surrogate pairs, what is no character."""


def listing_order(name: str) -> bytes:
    """The key that sorts names as the store does: by UTF-16 code unit."""
    return name.encode("utf-16-be", "surrogatepass")


def problem_with(name: str) -> str:
    """Why no blob can be called so; empty if one can.

    `..` is refused before any client sees it: HTTP clients resolve such segments, and the
    request would reach another container than the one that was asked for.
    """
    if not 1 <= len(name) <= NAME_LIMIT:
        return f"it has {len(name)} characters, and 1 to {NAME_LIMIT} are allowed"
    if NO_CHARACTER.search(name):
        return "it holds a control character"
    if "\\" in name:
        return "it holds a backslash, which the store would take for a slash"
    if any(segment in (".", "..") for segment in name.split("/")):
        return "a segment of it is '.' or '..'"
    return ""
