"""YAML with its positions: each value knows the file, line and column that it was written at."""

from dataclasses import dataclass

import yaml

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas import yaml_text

SHOWN = 100  # characters of a value in an error's text


@dataclass(frozen=True)
class Position:
    """Where something was written. `line` and `column` count from 1; 0: it was no file's."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return (
            f"{self.source}, line {self.line}, column {self.column}" if self.line else self.source
        )


FLAGS = Position("the command line")


@dataclass
class Node:
    """`content` is a scalar as YAML knows it, a mapping or a list; `text` a scalar as written.

    `key_position` is where its key stands, for a value of a mapping.
    """

    content: "JSON | dict[str, Node] | list[Node]"
    position: Position
    text: str = ""
    key_position: Position | None = None

    @property
    def is_empty(self) -> bool:
        """`key:`, `key: null`: as if it had not been written."""
        return self.content is None

    @property
    def entries(self) -> "dict[str, Node]":
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> "list[Node]":
        return self.content if isinstance(self.content, list) else []

    def plain(self) -> JSON:
        """The value without its positions."""
        if isinstance(self.content, dict):
            return {key: value.plain() for key, value in self.content.items()}
        if isinstance(self.content, list):
            return [value.plain() for value in self.content]
        is_json = isinstance(self.content, str | int | float | bool | None)
        return self.content if is_json else self.text  # a date

    def shown(self) -> str:
        """The value, as errors show it."""
        if isinstance(self.content, dict):
            return "a mapping"
        if isinstance(self.content, list):
            return "a list"
        return f"'{self.text[:SHOWN]}'"


def refusal(position: Position, problem: str, fix: str, key: str = "") -> InvalidRequest:
    """The error to raise: where it is, what is wrong, and what to do."""
    return InvalidRequest(f"{position}: {problem}", fix=fix, target=key)


def parse(text: str, source: str) -> Node:
    """The tree of a YAML text; raises InvalidRequest, with the position, for what is no YAML."""
    try:
        root = yaml_text.composed(text)
        return Node({}, Position(source, 1, 1)) if root is None else _node(root, source)
    except yaml_text.BadYaml as error:
        raise refusal(
            Position(source, error.line, error.column),
            f"This is not YAML that is read here: {error.reason}.",
            "Mend the file.",
        ) from None


def _node(node: yaml.Node, source: str) -> Node:
    position = _position(node, source)
    if isinstance(node, yaml.MappingNode):
        return Node(_entries(node, source), position)
    if isinstance(node, yaml.SequenceNode):
        return Node([_node(item, source) for item in node.value], position)
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101  # PyYAML has no fourth kind
    return Node(yaml_text.value_of(node), position, text=str(node.value))


def _entries(node: yaml.MappingNode, source: str) -> dict[str, Node]:
    entries = dict[str, Node]()
    for key, value in node.value:
        position = _position(key, source)
        if not isinstance(key, yaml.ScalarNode):
            raise refusal(
                position, "A key is a list or a mapping.", "Write a word before the colon."
            )
        name = str(key.value)
        if name in entries:
            first = entries[name].key_position
            where = f" It stands in line {first.line} already." if first else ""
            raise refusal(position, f"'{name[:SHOWN]}' is written twice.{where}", "Keep one.", name)
        entries[name] = _node(value, source)
        entries[name].key_position = position
    return entries


def _position(node: yaml.Node, source: str) -> Position:
    return Position(source, node.start_mark.line + 1, node.start_mark.column + 1)
