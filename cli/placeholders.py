"""Refuses placeholders of a documentation page that were not filled in.

`--name <dataName>`, and inside an address: `--input-data azureml:<dataName>:<dataVersion>`.
"""

import re
from collections.abc import Iterator
from typing import Any

from cli.errors import UsageError

PLACEHOLDER = re.compile(r"<[A-Za-z][\w .-]*>")
ADDRESS = re.compile(r"(?:folder:|file:)?(?:azureml:|https?://)\S*", re.IGNORECASE)


def refuse(_app: object, *, args: Any, **_: object) -> None:
    """Look at each option's value; raises UsageError for the first placeholder."""
    for option, value in vars(args).items():
        for word in _words(value):
            if found := _find(word.strip()):
                flag = f"--{option.lstrip('_').replace('_', '-')}"
                raise UsageError(
                    f"'{found}' is a placeholder, not a value of {flag}.",
                    fix="Put the real one in its place.",
                )


def _find(word: str) -> str:
    """The placeholder that is the word, or the first one inside an address."""
    look = PLACEHOLDER.search if ADDRESS.fullmatch(word) else PLACEHOLDER.fullmatch
    found = look(word)
    return found[0] if found else ""


def _words(value: object) -> Iterator[str]:
    """The value, or those of a flag that takes several; of `key=value`, what is after the '='."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
    elif isinstance(value, str):
        yield value
        yield value.rpartition("=")[2]
