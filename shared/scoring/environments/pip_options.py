"""The options that pip takes in a requirements file: what they mean here, without secrets."""

import re

NESTED = re.compile(r"^(?:-r\s*|--requirement[\s=]\s*)(?P<file>.+)$")
CONSTRAINED = re.compile(r"^(?:-c\s*|--constraint[\s=]\s*)(?P<file>.+)$")
EDITABLE = re.compile(r"^(?:-e\s*|--editable[\s=]\s*)(?P<place>.+)$")
PRERELEASES = "--pre"
OTHER_INDEX = "is ignored: packages come from the service's own package index."

_INDEX = re.compile(r"^(?:-i|-f|--index-url|--extra-index-url|--find-links|--no-index)")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"(://[^\s?]{0,2048})\?[^\s#\"']*")


def ignored(option: str) -> str:
    """The note on an option that has no effect here."""
    what = f"The option '{without_secrets(option)}'"
    if _INDEX.match(option):
        return f"{what} {OTHER_INDEX}"
    return f"{what} is ignored: the service chooses how packages are installed."


def without_secrets(line: str) -> str:
    """Index URLs carry credentials and tokens, and notes are for everybody."""
    return _QUERY.sub(r"\1?***", _CREDENTIALS.sub("", line))


def unquoted(text: str) -> str:
    return text.strip().strip("'\"")
