"""Where something lies: a reference of the workspace, a URL, or a path of this machine."""

import re
from difflib import get_close_matches
from pathlib import Path

from shared.schemas.az_yaml.files import LocalPath
from shared.schemas.az_yaml.nodes import Node, refusal

_SCHEME = re.compile(r"azureml:|/subscriptions/|[a-zA-Z][-+.a-zA-Z0-9]+://", re.IGNORECASE)
_FILE = re.compile(r"file:(?://(?=/))?", re.IGNORECASE)
_NO_VERSION = re.compile(r"azureml:([\w.-]+)")
_BARE_ASSET = re.compile(r"[\w.-]+(?::[\w.-]+|@[\w.-]+)")


def is_remote(text: str) -> bool:
    """Whether it is `azureml:...`, an ARM id or a URL; `file:` is this machine."""
    return _SCHEME.match(text) is not None and _FILE.match(text) is None


def local_path(node: Node, base: Path, key: str, *, wanted: str = "file or folder") -> LocalPath:
    """The file or folder that a node names, from `base`. Raises InvalidRequest if it is not there.

    `wanted` is 'file', 'folder' or either.
    """
    text = _FILE.sub("", node.text, count=1)
    path = (base / Path(text).expanduser()).resolve()
    if not text.strip() or not path.exists():
        raise refusal(
            node.position,
            f"'{key}' is '{node.text}': there is no {wanted} '{path}'.",
            _fix(path, is_in_file=bool(node.position.line)),
            key,
        )
    if (wanted == "folder" and not path.is_dir()) or (wanted == "file" and not path.is_file()):
        other = "file" if path.is_file() else "folder"
        raise refusal(
            node.position,
            f"'{key}' is '{node.text}', which is a {other}.",
            f"Name a {wanted}.",
            key,
        )
    return LocalPath(path, node.position)


def address(node: Node, base: Path, key: str) -> LocalPath | str:
    """A reference or URL as it is; anything else is a path that is there."""
    return node.text if is_remote(node.text) else local_path(node, base, key)


def check_version(node: Node, key: str) -> None:
    """Raises InvalidRequest for `azureml:name`, which names every version."""
    if match := _NO_VERSION.fullmatch(node.text):
        raise refusal(
            node.position,
            f"'{key}' is '{node.text}', which names no version.",
            f"Write azureml:{match[1]}:<version>, or azureml:{match[1]}@latest.",
            key,
        )


def asset_or_local(node: Node, base: Path, key: str, noun: str) -> LocalPath | str:
    """A reference to an asset, or a path of this machine that is there."""
    text = node.text
    check_version(node, key)
    if is_remote(text):
        return text
    if _FILE.match(text) or (base / text).exists() or not _BARE_ASSET.fullmatch(text):
        return local_path(node, base, key)
    raise refusal(
        node.position,
        f"'{key}' is '{text}': a {noun} is named with 'azureml:' before it.",
        f"Did you mean 'azureml:{text}'?",
        key,
    )


def _fix(path: Path, *, is_in_file: bool) -> str:
    """Paths begin in the file's folder, which is what most mistakes are about."""
    folder = path.parent
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    near = get_close_matches(path.name, names, n=1)
    meant = f"Did you mean '{near[0]}'? " if near else ""
    if is_in_file:
        return f"{meant}Relative paths begin in the folder of the YAML file."
    return meant.strip() or "Name one that is there."
