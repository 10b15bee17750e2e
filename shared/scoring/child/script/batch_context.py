"""The second argument that Azure ML's parallel jobs give a run() which asks for it."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
# A parameter with a default is somebody's own, unless it is called so.
_NAMED = "context"


class WrongArguments(Exception):
    """run() cannot be called with a mini-batch and its context."""


class MiniBatchContext:
    """What a script may know of its mini-batch."""

    def __init__(self, minibatch_index: int) -> None:
        self.minibatch_index = minibatch_index
        self.partition_key_value: dict[str, Any] = {}
        """Files are not partitioned by keys."""

    def __repr__(self) -> str:
        return f"MiniBatchContext(minibatch_index={self.minibatch_index})"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"The mini-batch's context has no '{name}'. "
            "It has minibatch_index, and partition_key_value, which is empty."
        )


def bind_context(run: Callable[..., Any]) -> Callable[[list[str], int], Any]:
    """`run` as a function of the files and the mini-batch's index. Raises `WrongArguments`."""
    context = _context_argument(run)
    if context == "":
        return lambda files, index: run(files, MiniBatchContext(index))
    if context is not None:
        return lambda files, index: run(files, **{context: MiniBatchContext(index)})
    return lambda files, _: run(files)


def _context_argument(run: Callable[..., Any]) -> str | None:
    """The keyword of the context, '' where it is the second argument, None where nobody asks."""
    try:
        signature = inspect.signature(run)
    except (ValueError, TypeError):
        return None  # built in: nobody knows
    named, keyword = _find_context(run, signature)
    extra: dict[str, Any] = {keyword: None} if keyword else {}
    try:
        signature.bind(*[None] * (2 if named else 1), **extra)
    except TypeError as error:
        raise WrongArguments(
            f"run{signature} cannot be called with a mini-batch: {error}. "
            "Define it as run(mini_batch) or run(mini_batch, context)."
        ) from error
    return "" if named else keyword


def _find_context(run: Callable[..., Any], signature: inspect.Signature) -> tuple[bool, str | None]:
    """Whether the second argument is the context, and else the keyword that is."""
    parameters = list(signature.parameters.values())
    positional = [one for one in parameters if one.kind in _POSITIONAL]
    if len(positional) > 1 and _is_context(positional[1]):
        return True, None
    bound = run.keywords if isinstance(run, functools.partial) else {}
    for one in parameters:
        is_keyword = one.kind is inspect.Parameter.KEYWORD_ONLY and one.name not in bound
        if is_keyword and _is_context(one):
            return False, one.name
    return False, None


def _is_context(parameter: inspect.Parameter) -> bool:
    return parameter.default is inspect.Parameter.empty or _NAMED in parameter.name
