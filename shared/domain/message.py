"""A value that crosses HTTP, an activity or a store as plain JSON."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

type JSON = Any
type Tags = dict[str, str]
type Extras = dict[str, Any]

# pydantic copies a default for each instance, so that sharing it is safe.
NO_TAGS: Tags = Field(default_factory=dict)
# Azure's fields that mean nothing here: kept as they were sent, and shown again.
NO_EXTRAS: Extras = Field(default_factory=dict)


class Message(BaseModel):
    """Frozen, refuses unknown fields, and has one way out and one way in.

    A field with an alias has that name in documents, and its own in the code.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        protected_namespaces=(),
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    def to_wire(self) -> JSON:
        """Plain JSON: what may cross a process, a history or a store."""
        return self.model_dump(mode="json")

    @classmethod
    def from_wire(cls, wire: JSON) -> Self:
        return cls.model_validate(wire)


def is_none(value: object) -> bool:
    """For fields that are left out of documents where they say nothing."""
    return value is None


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


# Characters of why something failed: Azure ML shows no more, and the real host stalls on texts of
# some 32 kB.
LONGEST_REASON = 3_000
_LEFT_OUT = "\n...\n"


def clipped(text: str, longest: int) -> str:
    """What was said first, and what was said last: the end of an explanation is its point."""
    if len(text) <= longest:
        return text
    head = text[: longest // 4]
    return f"{head}{_LEFT_OUT}{text[len(head) + len(_LEFT_OUT) - longest :]}"
