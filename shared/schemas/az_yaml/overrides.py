"""az's `--set`: `retry_settings.max_retries=1`, `tags.k=v`, `deployments[0].name=d`.

A path is keys with dots between them; a key that has dots itself is quoted (`tags."a.b"=c`), an
element of a list is its index, as `[0]` or `.0`. A value is a scalar as YAML reads it, or JSON when
it begins with a bracket; `null` takes the key away.
"""

import json
import re

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas.az_yaml.nodes import Node, Position, parse, refusal

_STEP = re.compile(
    r"""\.?(?:"([^"]*)"|'([^']*)'|\[\s*(?:"([^"]*)"|'([^']*)'|(\d+))\s*\]|([^.\[\]=]+))"""
)
SHAPE = "Write key=value, or key.key=value."
# Of deployments: under `settings` when the file says `type: model`, at the root when it does not.
TUNING = (
    "mini_batch_size",
    "max_concurrency_per_instance",
    "error_threshold",
    "output_file_name",
    "output_action",
    "logging_level",
    "retry_settings",
    "environment_variables",
    "instance_count",
)


def apply(root: Node, override: str) -> None:
    """Change the tree as one `--set` says. Raises InvalidRequest."""
    path, equals, text = _split(override)
    if not equals or not path:
        raise InvalidRequest(f"--set '{override}' has no key and value.", fix=SHAPE, target="--set")
    put(root, path, _value(text, Position(f"--set {override}")))


def put(root: Node, path: str, value: Node) -> None:
    """Put a value in the tree, and the mappings that lead to it. Raises InvalidRequest."""
    *leading, last = _settled(root, steps(path))
    node = root
    for step in leading:
        node = _step_into(node, step, value.position)
    _assign(node, last, value)


def node_of(value: JSON, position: Position) -> Node:
    """A plain value as a tree, all of it from one place."""
    if isinstance(value, dict):
        return Node(
            {key: node_of(one, position) for key, one in value.items()}, position, "", position
        )
    if isinstance(value, list | tuple):
        return Node([node_of(one, position) for one in value], position, "", position)
    return Node(value, position, _text_of(value), position)


def steps(path: str) -> list[str]:
    """The keys and indices of a path. Raises InvalidRequest."""
    found, position = list[str](), 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            break
        *quoted, bare = match.groups()
        found.append(next((part for part in quoted if part is not None), (bare or "").strip()))
        position = match.end()
    if position < len(path) or not found:
        raise InvalidRequest(f"'{path}' is not the path of a key.", fix=SHAPE, target="--set")
    return found


def _split(override: str) -> tuple[str, str, str]:
    """At the first '=' that is not inside quotes."""
    match = re.match(r"""((?:"[^"]*"|'[^']*'|[^="'])*)(=?)(.*)""", override, re.DOTALL)
    return (match[1].strip(), match[2], match[3]) if match else ("", "", "")


def _value(text: str, position: Position) -> Node:
    """JSON in brackets, a text in quotes, or what YAML makes of the word."""
    stripped = text.strip()
    if stripped[:1] in {"{", "["}:
        return _of_json(stripped, position)
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return Node(stripped[1:-1], position, stripped[1:-1], position)
    return Node(_scalar(stripped), position, text, position)


def _scalar(text: str) -> JSON:
    """A number, boolean or null; any other word is a text, whatever YAML would make of it."""
    if not re.fullmatch(r"[-+.\w~]*", text):
        return text
    return parse(f"- {text}", "").plain()[0] if text else ""


def _of_json(text: str, position: Position) -> Node:
    try:
        return node_of(json.loads(text), position)
    except ValueError:
        pass
    try:
        return node_of(parse(text, "--set").plain(), position)
    except InvalidRequest:
        raise refusal(
            position, "The value begins with a bracket, but is not JSON.", "Mend it, or quote it."
        ) from None


def _text_of(value: JSON) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _settled(root: Node, path: list[str]) -> list[str]:
    """A deployment's tuning keys are found where its file has them."""
    is_model = (kind := root.entries.get("type")) is not None and kind.text == "model"
    if is_model and path[0] in TUNING:
        return ["settings", *path]
    is_bare = "settings" not in root.entries and not is_model
    return path[1:] if is_bare and path[0] == "settings" and path[1:2] in _TUNING else path


_TUNING = [[key] for key in TUNING]


def _step_into(node: Node, step: str, position: Position) -> Node:
    if isinstance(node.content, list):
        return node.content[_index(node, step, position)]
    if node.is_empty:
        node.content = {}
    if not isinstance(node.content, dict):
        raise refusal(
            position, f"{node.shown()} has no key '{step}'.", "Set the whole value, as JSON.", step
        )
    found = node.content.get(step)
    if found is None or found.is_empty:
        found = node.content[step] = Node({}, position, "", position)
    return found


def _assign(node: Node, step: str, value: Node) -> None:
    if isinstance(node.content, list) and step.isdecimal() and int(step) == len(node.content):
        node.content.append(value)
    elif isinstance(node.content, list):
        node.content[_index(node, step, value.position)] = value
    elif isinstance(node.content, dict):
        node.content[step] = value
    else:
        shown = node.shown()
        raise refusal(value.position, f"{shown} has no key '{step}'.", "Set the whole value.", step)


def _index(node: Node, step: str, position: Position) -> int:
    count = len(node.content) if isinstance(node.content, list) else 0
    if not step.isdecimal() or int(step) >= count:
        raise refusal(
            position, f"The list has no element '{step}'.", f"It has {count}, counted from 0.", step
        )
    return int(step)
