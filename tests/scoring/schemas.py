"""Signatures as MLflow's `Schema` shows them, without importing MLflow."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Type:
    name: str


@dataclass(frozen=True)
class Stored:
    name: Any
    type: Any
    required: bool = True
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Schema:
    inputs: tuple[Stored, ...]
    tensors: bool = False

    def has_input_names(self) -> bool:
        return self.inputs[0].name is not None

    def is_tensor_spec(self) -> bool:
        return self.tensors


def schema(**columns: str) -> Schema:
    """`price="float"`, or `price="float?"` for an optional column."""
    return Schema(
        tuple(
            Stored(name, Type(kind.rstrip("?")), not kind.endswith("?"))
            for name, kind in columns.items()
        )
    )


def unnamed(*kinds: str, tensors: bool = False) -> Schema:
    return Schema(tuple(Stored(None, Type(kind)) for kind in kinds), tensors)


def tensor(kind: str, *shape: int) -> Schema:
    """One tensor, without a name."""
    return Schema((Stored(None, np.dtype(kind), shape=shape),), tensors=True)
