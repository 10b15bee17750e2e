"""Refuses what cannot be a name, before anything is asked for by it.

Names become parts of addresses: an empty one, as of a script's variable that was never set, would
lead to what is around it, and `..` or a slash to something else.
"""

from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from cli.errors import UsageError

NAMES = (
    "name",
    "endpoint_name",
    "deployment_name",
    "version",
    "job_name",
    "parent_job_name",
    "delivery",
)
"""Of arguments, in all commands but those below."""
ANY_TEXT = frozenset({"account", "extension", "storage"})
"""Their names are blobs', subscriptions' by any words, and az's own."""
SEPARATORS = frozenset("/\\?#")


class Name(Action):
    """Keeps the value of an option that was written; raises UsageError."""

    def __call__(
        self,
        _parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, check_name(str(values), option_string or self.dest))


def load(flags: Any, command: str) -> None:
    """Make the command's names be checked."""
    if command.partition(" ")[0] not in ANY_TEXT:
        for name in NAMES:
            flags.argument(name, action=Name)


def check_name(text: str, option: str) -> str:
    if not text.strip():
        raise UsageError(
            f"{option} '{text}' is empty.", fix="Write a name; a script's variable may be unset."
        )
    if not text.strip(".") or set(text) & SEPARATORS or not text.isprintable():
        raise UsageError(f"{option} {text!r} is not a name.", fix="Write it as the list shows it.")
    return text
