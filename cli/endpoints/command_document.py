"""YAML files, flags and `--set` of a command, as one document."""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from cli.answers import JSON
from cli.errors import UsageError
from shared.schemas.az_yaml.document import YamlDocument, load_file

PROPERTY = "properties."
type Settings = Iterable[Iterable[str]] | None
"""`--set`, as often as it was written."""


def document_of(
    file: str, settings: Settings = None, flags: Mapping[str, JSON] | None = None
) -> YamlDocument:
    """A file with what flags say in its place; flags that were not written are '' or None.

    An empty text is a value of a property: it takes back what the deployment says.
    """
    written = {
        key: value
        for key, value in (flags or {}).items()
        if value or (value is not None and key.startswith(PROPERTY))
    }
    return load_file(
        Path(file).expanduser() if file else None, [*chain(*(settings or ()))], written
    )


def named(name: str, noun: str, fix: str) -> str:
    """A name that a file or a flag has to say."""
    if not name:
        raise UsageError(f"Neither the file nor a flag says the {noun}.", fix=fix)
    return name


def endpoint_of(name: str) -> str:
    """The endpoint of a deployment's file."""
    fix = "Write endpoint_name in the file, or --endpoint-name."
    return named(name, "name of the deployment's endpoint", fix)


def read_pairs(words: Iterable[str], flag: str) -> dict[str, str]:
    """`a=1 b=2`, as of --defaults; `a:1,b:2`, as of --traffic."""
    pairs = dict[str, str]()
    for word in chain(*(one.replace(",", " ").split() for one in words)):
        name, separator, value = word.replace("=", ":", 1).partition(":")
        if not separator or not name or not value:
            raise UsageError(f"{flag} '{word}' is not a name with a value.", fix=_shape(flag))
        pairs[name] = value
    return pairs


def _shape(flag: str) -> str:
    return (
        f"Write {flag} my-deployment:100." if flag == "--traffic" else f"Write {flag} name=value."
    )
