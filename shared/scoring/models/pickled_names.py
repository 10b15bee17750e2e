"""Whose code a pickle calls: read from its opcodes, and never run."""

import pickle
import pickletools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Two names on the stack are a module's and what is asked of it.
_PAIR = 2
_TEXTS = frozenset(("SHORT_BINUNICODE", "BINUNICODE", "UNICODE", "BINUNICODE8"))
_PUTS = frozenset(("BINPUT", "LONG_BINPUT", "PUT"))
_GETS = frozenset(("BINGET", "LONG_BINGET", "GET"))


class Unknown(Exception):
    """It cannot be told whose code the pickle calls."""


def is_pickle(path: Path) -> bool:
    """Of protocol 2 or newer, which begins with its number."""
    with path.open("rb") as file:
        return file.read(1) == pickle.PROTO


def modules_of(path: Path) -> set[str]:
    """The top-level packages whose classes and functions it names. Raises Unknown."""
    with path.open("rb") as file:
        try:
            return {module.partition(".")[0] for module in _modules(pickletools.genops(file))}
        except (ValueError, LookupError) as error:
            raise Unknown(str(error)) from error


def _modules(opcodes: Iterator[tuple[pickletools.OpcodeInfo, Any, int | None]]) -> Iterator[str]:
    """A name is the text, or the remembered text, that was pushed before it is asked for."""
    memo: dict[int, str | None] = {}
    pushed: list[str | None] = []
    for opcode, argument, _ in opcodes:
        match opcode.name:
            case "GLOBAL":
                yield str(argument).partition(" ")[0]
                pushed.append(None)
            case "STACK_GLOBAL":
                yield _module(pushed)
                pushed.append(None)
            case "MEMOIZE":
                memo[len(memo)] = pushed[-1]
            case "FRAME":
                continue
            case name if name in _PUTS:
                memo[int(argument)] = pushed[-1]
            case name if name in _GETS:
                pushed.append(memo[int(argument)])
            case name:
                pushed.append(str(argument) if name in _TEXTS else None)
        del pushed[:-_PAIR]


def _module(pushed: list[str | None]) -> str:
    module = pushed[0] if len(pushed) == _PAIR else None
    if module is None:
        raise Unknown("A name is not written where it is asked for.")
    return module
