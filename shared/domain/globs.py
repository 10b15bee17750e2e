"""Globs: which names, or paths inside a folder, match patterns.

`*`, `?` and `[...]` stay inside one segment of a path, and a segment `**` stands for any number of
segments. Case counts.
"""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from shared.domain.blob_name import NAME_LIMIT, NO_CHARACTER

ANY_DEPTH = "**"
# A class as fnmatch reads it: a `]` that comes first is one of its characters.
_CLASS = re.compile(r"\[!?+\]?+[^\]]*\]")


def matches_any(path: str, patterns: Iterable[str]) -> bool:
    segments = path.split("/")
    return any(_matches(segments, pattern.split("/")) for pattern in patterns)


def problem_with_glob(pattern: str) -> str:
    """Why no path inside a folder could be meant; empty for a pattern."""
    segments = pattern.split("/")
    problems = {
        f"it has {len(pattern)} characters, and 1 to {NAME_LIMIT} are allowed": (
            not 1 <= len(pattern) <= NAME_LIMIT
        ),
        "it holds a control character": NO_CHARACTER.search(pattern) is not None,
        "it holds a backslash": "\\" in pattern,
        "it begins with a slash": pattern.startswith("/"),
        "it ends with a slash": pattern.endswith("/"),
        "a segment of it is empty": "" in segments,
        "a segment of it is '.' or '..'": not {".", ".."}.isdisjoint(segments),
        "'**' is only a part of a segment": any(
            ANY_DEPTH in one for one in segments if one != ANY_DEPTH
        ),
        "a '[' in it has no ']'": any("[" in _CLASS.sub("", one) for one in segments),
    }
    return next((words for words, is_so in problems.items() if is_so), "")


def _matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """What a later `**` can take in, an earlier one need not: no more than one is tried again."""
    if pattern[-1] == ANY_DEPTH:  # what is inside a folder, not the folder
        pattern = [*pattern, "*"]
    at, place, deep, taken = 0, 0, -1, 0
    while at < len(path):
        if place < len(pattern) and pattern[place] == ANY_DEPTH:
            deep, taken, place = place, at, place + 1
        elif place < len(pattern) and fnmatchcase(path[at], pattern[place]):
            at, place = at + 1, place + 1
        elif deep >= 0:
            taken += 1
            at, place = taken, deep + 1
        else:
            return False
    return all(one == ANY_DEPTH for one in pattern[place:])
