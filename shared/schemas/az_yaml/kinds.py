"""What kinds of values keys take: each reads a node, or refuses it with its position."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas.az_yaml.nodes import Node, refusal
from shared.schemas.fields import WHOLE


class Kind(Protocol):
    """`words` say what a key takes, in documents and errors."""

    @property
    def words(self) -> str: ...

    def read(self, node: Node, key: str) -> JSON:
        """The value; raises InvalidRequest. An empty node is never read."""
        ...


@dataclass(frozen=True)
class Text:
    """Numbers and dates are taken as they are written: `version: 1.10` is '1.10'."""

    words: str = "text"

    def read(self, node: Node, key: str) -> str:
        if isinstance(node.content, dict | list):
            raise wrong(node, key, self.words)
        return node.text


@dataclass(frozen=True)
class Name:
    """A name that follows the service's rule: `check` raises InvalidRequest for others."""

    check: Callable[[str], str]
    words: str = "a name"

    def read(self, node: Node, key: str) -> str:
        name = Text().read(node, key)
        try:
            return self.check(name) if name else ""
        except InvalidRequest as error:
            raise refusal(node.position, f"{key}: {error.problem}", error.fix, key) from None


@dataclass(frozen=True)
class Secret:
    """A text that no error shows."""

    words: str = "text"

    def read(self, node: Node, key: str) -> str:
        if isinstance(node.content, dict | list):
            raise refusal(node.position, f"'{key}' is not text.", "Write one line of text.", key)
        return node.text


@dataclass(frozen=True)
class Whole:
    """A whole number, of `least` or more, and `most` or less; in quotes, too."""

    least: int
    most: int | None = None

    @property
    def words(self) -> str:
        if self.most is not None:
            return f"a whole number, {self.least} to {self.most}"
        return f"a whole number, {self.least} or more"

    def read(self, node: Node, key: str) -> int:
        if not WHOLE.fullmatch(node.text.strip()) or not self._fits(int(node.text)):
            raise wrong(node, key, self.words)
        return int(node.text)

    def _fits(self, number: int) -> bool:
        return self.least <= number and (self.most is None or number <= self.most)


@dataclass(frozen=True)
class OrEmpty:
    """A value, or an empty text, which takes back what the deployment says."""

    kind: Kind

    @property
    def words(self) -> str:
        return self.kind.words

    def read(self, node: Node, key: str) -> JSON:
        is_text = not isinstance(node.content, dict | list)
        return "" if is_text and not node.text.strip() else self.kind.read(node, key)


@dataclass(frozen=True)
class Seconds:
    """Whole seconds; ISO 8601 is what REST takes."""

    least: int = 1
    words: str = "seconds, a whole number"

    def read(self, node: Node, key: str) -> str:
        seconds = Whole(self.least).read(node, key)
        return f"PT{seconds}S"


@dataclass(frozen=True)
class Flag:
    words: str = "true or false"

    def read(self, node: Node, key: str) -> bool:
        if node.text.lower() not in {"true", "false"}:
            raise wrong(node, key, self.words)
        return node.text.lower() == "true"


@dataclass(frozen=True)
class Choice:
    """One of the words, in this case: `choices` are what REST calls them, `instead` what to do."""

    choices: Mapping[str, str]
    instead: str = ""

    @property
    def words(self) -> str:
        return " or ".join(f"`{word}`" for word in self.choices)

    def read(self, node: Node, key: str) -> str:
        if isinstance(node.content, dict | list) or node.text not in self.choices:
            fix = self._meant(node) or self.instead or f"Write {' or '.join(self.choices)}."
            raise refusal(node.position, f"'{key}' is {node.shown()}.", fix, key)
        return self.choices[node.text]

    def _meant(self, node: Node) -> str:
        sound = node.text.replace("_", "").replace("-", "").lower()
        near = [word for word in self.choices if word.replace("_", "").lower() == sound]
        return f"Did you mean '{near[0]}'? It is written like this." if near and sound else ""


@dataclass(frozen=True)
class AnyCase:
    """One of the words, in any case, as az takes most of them."""

    choices: Mapping[str, str]
    instead: str = ""

    @property
    def words(self) -> str:
        return f"{Choice(self.choices).words}, in any case"

    def read(self, node: Node, key: str) -> str:
        if node.text.lower() in self.choices and not isinstance(node.content, dict | list):
            return self.choices[node.text.lower()]
        return Choice(self.choices, self.instead).read(node, key)


@dataclass(frozen=True)
class Texts:
    """Names with texts; numbers and booleans become text."""

    words: str = "names with texts"

    def read(self, node: Node, key: str) -> dict[str, str]:
        if not isinstance(node.content, dict):
            raise wrong(node, key, self.words)
        return {
            name: "" if value.is_empty else Text().read(value, f"{key}.{name}")
            for name, value in node.entries.items()
        }


@dataclass(frozen=True)
class Anything:
    """Kept as it is written."""

    words: str = "anything"

    def read(self, node: Node, key: str) -> JSON:
        del key
        return node.plain()


@dataclass(frozen=True)
class PathOrContent:
    """A file's path (text), or what would be in the file (a mapping)."""

    words: str = "a path, or the file's content"

    def read(self, node: Node, key: str) -> str | dict[str, JSON]:
        if isinstance(node.content, list):
            raise wrong(node, key, self.words)
        return node.plain() if isinstance(node.content, dict) else node.text


@dataclass(frozen=True)
class Elsewhere:
    """A key of another generation, or of another part of the file: `fix` says what to write."""

    problem: str
    fix: str
    words: str = ""

    def read(self, node: Node, key: str) -> JSON:
        raise refusal(node.key_position or node.position, f"'{key}' {self.problem}.", self.fix, key)


def wrong(node: Node, key: str, expected: str) -> InvalidRequest:
    """The error for a value of another kind."""
    return refusal(
        node.position, f"'{key}' is {node.shown()}, not {expected}.", f"Write {expected}.", key
    )
