"""Tables of keys: a mapping is read by its table, and what the table does not know is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from shared.domain.message import JSON
from shared.schemas.az_yaml.kinds import Elsewhere, Kind, wrong
from shared.schemas.az_yaml.nodes import SHOWN, Node, refusal


@dataclass(frozen=True)
class Key:
    """`wire` is the field of the ARM body that takes the value; '': the loader's own business.

    `about` and `default` are for people.
    """

    name: str
    kind: Kind
    about: str = ""
    wire: str = ""
    default: str = ""
    is_required: bool = False


@dataclass
class Given:
    """What a mapping says: values by key, and the nodes that they came from."""

    node: Node
    path: str = ""
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def text(self, key: str) -> str:
        return str(self.values.get(key, ""))

    def at(self, key: str) -> Node:
        """The node of a key that was given."""
        return self.node.entries[key]

    def key(self, name: str) -> str:
        """A key's path from the file's root."""
        return f"{self.path}.{name}" if self.path else name

    def one_of(self, *keys: str) -> str:
        """Which of the keys was given; '' for none. Raises InvalidRequest for two."""
        given = [key for key in keys if key in self.values]
        if len(given) > 1:
            raise refusal(
                self.at(given[1]).position,
                f"'{self.key(given[0])}' and '{self.key(given[1])}' say the same.",
                "Write one of them.",
                self.key(given[1]),
            )
        return given[0] if given else ""


@dataclass(frozen=True)
class Table:
    """A mapping with these keys."""

    keys: tuple[Key, ...]
    words: str = "a mapping"

    def read(self, node: Node, key: str = "") -> Given:
        if not isinstance(node.content, dict):
            raise wrong(node, key, self.words)
        known = {one.name: one for one in self.keys}
        given = Given(node, key)
        for name, value in node.entries.items():
            path = given.key(name)
            if name not in known:
                raise _unknown(value, path, name, known)
            if not value.is_empty:
                given.values[name] = known[name].kind.read(value, path)
        self._refuse_missing(given)
        return given

    def partial(self) -> "Table":
        """The table for a file of changes: nothing is required."""
        return replace(self, keys=tuple(replace(key, is_required=False) for key in self.keys))

    def wire(self, given: Given) -> dict[str, JSON]:
        """The ARM fields of the keys that were given."""
        return {
            key.wire: given.values[key.name]
            for key in self.keys
            if key.wire and key.name in given.values
        }

    def _refuse_missing(self, given: Given) -> None:
        for key in self.keys:
            if key.is_required and not given.get(key.name):
                raise refusal(
                    given.node.position,
                    f"'{given.key(key.name)}' is missing.",
                    f"Write it: {key.about[:1].lower()}{key.about[1:]}",
                    given.key(key.name),
                )


@dataclass(frozen=True)
class TextOr:
    """A text, or a mapping with keys of its own."""

    text: Kind
    table: Table

    @property
    def words(self) -> str:
        return f"{self.text.words}, or a mapping"

    def read(self, node: Node, key: str) -> str | Given:
        kind: Kind = self.table if isinstance(node.content, dict) else self.text
        read: str | Given = kind.read(node, key)
        return read


@dataclass(frozen=True)
class Listed:
    """A list, each of whose elements is of one kind."""

    kind: Kind

    @property
    def words(self) -> str:
        return f"a list, each {self.kind.words}"

    def read(self, node: Node, key: str) -> list[Any]:
        if not isinstance(node.content, list):
            raise wrong(node, key, self.words)
        return [self.kind.read(one, f"{key}[{at}]") for at, one in enumerate(node.content)]


@dataclass(frozen=True)
class OneOrMore:
    """A list, each of whose elements is of one kind; its only element may stand alone."""

    kind: Kind

    @property
    def words(self) -> str:
        return f"{self.kind.words}; or a list of such"

    def read(self, node: Node, key: str) -> list[Any]:
        if isinstance(node.content, list):
            return Listed(self.kind).read(node, key)
        return [self.kind.read(node, key)]


@dataclass(frozen=True)
class Named:
    """Names of the user's own, each with a value of one kind."""

    kind: Kind

    @property
    def words(self) -> str:
        return f"names, each with {self.kind.words}"

    def read(self, node: Node, key: str) -> dict[str, Any]:
        if not isinstance(node.content, dict):
            raise wrong(node, key, self.words)
        read: Callable[[Node, str], Any] = self.kind.read
        return {name: read(value, f"{key}.{name}") for name, value in node.entries.items()}


@dataclass(frozen=True)
class ListedOrNamed:
    """A list, or a mapping whose keys are the elements' names; `words` say of what."""

    kind: Kind
    words: str

    def read(self, node: Node, key: str) -> list[Any] | dict[str, Any]:
        if not isinstance(node.content, list | dict):
            raise wrong(node, key, self.words)
        shape = Listed if isinstance(node.content, list) else Named
        return shape(self.kind).read(node, key)


def _unknown(node: Node, path: str, name: str, known: dict[str, Key]) -> Exception:
    meant = _nearest(name, known)
    offered = ", ".join(sorted(_offered(known)))
    return refusal(
        node.key_position or node.position,
        f"'{path[:SHOWN]}' is not a key here (its value is {node.shown()}).",
        f"Did you mean '{meant}'?" if meant else f"Remove it; known are: {offered}.",
        path[:SHOWN],
    )


def _offered(known: dict[str, Key]) -> list[str]:
    return [
        name
        for name, key in known.items()
        if not isinstance(key.kind, Elsewhere) and not name.startswith("$")
    ]


def _nearest(name: str, known: dict[str, Key]) -> str:
    """The key that is meant: miniBatchSize and mini-batch-size are mini_batch_size."""
    sounds = {_sound(one): one for one in _offered(known)}
    near = get_close_matches(_sound(name[:SHOWN]), sounds, n=1, cutoff=0.7)
    return sounds[near[0]] if near else ""


def _sound(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
