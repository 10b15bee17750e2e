"""One YAML file as it was written, with what flags put in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas.az_yaml import overrides as paths
from shared.schemas.az_yaml.nodes import FLAGS, Node, Position, parse, refusal


@dataclass(frozen=True)
class YamlDocument:
    """`base` is the folder that its relative paths begin in."""

    root: Node
    base: Path


def load_file(
    path: Path | None, overrides: Sequence[str] = (), flags: Mapping[str, JSON] | None = None
) -> YamlDocument:
    """Read a file; without one, `flags` are all there is, and paths begin in the current folder.

    `flags` are values by the keys they stand for, `defaults.deployment_name`; None is one that was
    not given. `overrides` are az's `--set`: `key.key=value`; they win. Raises InvalidRequest.
    """
    root = Node({}, FLAGS) if path is None else _parsed(path)
    for key, value in (flags or {}).items():
        if value is not None:
            paths.put(root, key, paths.node_of(value, Position(f"--{key.replace('_', '-')}")))
    for override in overrides:
        paths.apply(root, override)
    return YamlDocument(root, Path.cwd() if path is None else path.resolve().parent)


def _parsed(path: Path) -> Node:
    root = parse(_text_of(path), str(path))
    if not isinstance(root.content, dict):
        raise refusal(
            root.position,
            f"The file is {root.shown()}.",
            "Write keys with values: 'name: my-name'.",
        )
    return root


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest(
            f"'{path}' is not text in UTF-8: {error.reason}.", fix="Save it as UTF-8."
        ) from None
    except OSError as error:
        raise InvalidRequest(
            f"'{path}' cannot be read: {error.strerror}.", fix="Name a YAML file that is there."
        ) from None
