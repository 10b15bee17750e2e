"""The signature that an MLmodel file has, in the shape that the scorer's own rules read.

MLflow is not imported here: its JSON is read as it stands in the file.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.schemas import yaml_text

_WORDS = frozenset(
    ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")
)
_ANY = "any"
SIGNATURES_CACHED = 8


class NoSignature(ValueError):
    """The MLmodel file cannot be read, or its signature: in words."""


@dataclass(frozen=True)
class SimpleType:
    """One of MLflow's words, or numpy's of a tensor."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class NestedType:
    """Of lists, objects and maps: their description."""

    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Entry:
    """One input; without a name it goes by its position."""

    name: Any
    type: SimpleType | NestedType
    required: bool = True


@dataclass(frozen=True)
class ModelSignature:
    """`is_hinted`: it comes from a type hint, and the model's own code looks at its rows."""

    inputs: Sequence[Entry]
    has_tensors: bool = False
    is_hinted: bool = False

    def is_tensor_spec(self) -> bool:
        return self.has_tensors


@lru_cache(SIGNATURES_CACHED)
def signature_of(mlmodel: bytes) -> ModelSignature | None:
    """None where the model has none: then nothing is cast, or refused. Raises NoSignature."""
    try:
        described = yaml_text.typed(mlmodel.decode())
        signature = described.get("signature") if isinstance(described, dict) else None
        if not isinstance(signature, dict) or not signature.get("inputs"):
            return None
        inputs = [_entry(one) for one in json.loads(signature["inputs"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoSignature(" ".join(str(error).split())[:300]) from error
    if not inputs:
        return None
    hinted = bool(signature.get("is_signature_from_type_hint"))
    hinted = hinted or bool(described.get("is_signature_from_type_hint"))
    tensors = [is_tensor for _, is_tensor in inputs]
    return ModelSignature([entry for entry, _ in inputs], all(tensors), hinted)


def _entry(described: Mapping[str, Any]) -> tuple[Entry, bool]:
    """And whether it is a tensor."""
    kind, name = str(described["type"]), described.get("name")
    required = bool(described.get("required", not described.get("optional", False)))
    if kind == "tensor":
        return Entry(name, SimpleType(str(described["tensor-spec"]["dtype"])), required), True
    if kind in _WORDS:
        return Entry(name, SimpleType(kind), required), False
    return Entry(name, NestedType("Any" if kind == _ANY else kind.capitalize()), required), False
