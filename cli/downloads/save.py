"""Write a small file: it has its name when it is whole, and a disk's refusal is a sentence."""

import os
from pathlib import Path

from cli.errors import CommandError


def save(content: bytes, target: Path) -> None:
    """Replace the target at once; raises CommandError when that cannot be."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(content)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(target, error) from error


def unwritable(target: Path, error: OSError) -> CommandError:
    return CommandError(
        f"'{target}' cannot be written: {error.strerror or error}.",
        fix="Free some space or name another folder, and repeat the command.",
    )
