"""Flags of several words: `--tags a=1 b=2`."""

from collections.abc import Sequence

from cli.errors import UsageError


def pairs(texts: Sequence[str] | None) -> dict[str, str] | None:
    """None: the flag was not given. Raises UsageError for a word without '='."""
    if texts is None:
        return None
    found = dict[str, str]()
    for word in texts:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"The tag '{word}' has no name and value.", fix="Write name=value.")
        found[name] = value
    return found
