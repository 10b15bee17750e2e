"""A file that is being downloaded: it lies beside the target, under a name that holds its etag.

    .predictions.csv.<etag, base64>.part

Only a whole and checked file gets the target's name. What broke off is continued from there, by
the same process or the next, as long as the store's file is the same.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from cli.errors import CommandError

SUFFIX = ".part"


@dataclass(frozen=True)
class Partial:
    """`etag` is '' for a file that has none: it is always begun anew."""

    target: Path
    etag: str

    @classmethod
    def find(cls, target: Path) -> Self | None:
        """What an earlier download left of this file."""
        for path in sorted(target.parent.glob(f".{_escaped(target.name)}.*{SUFFIX}")):
            code = path.name.removeprefix(f".{target.name}.").removesuffix(SUFFIX)
            try:
                found = cls(target, base64.urlsafe_b64decode(code).decode())
            except ValueError:
                continue
            if found.path == path:
                return found
        return None

    @property
    def path(self) -> Path:
        code = base64.urlsafe_b64encode(self.etag.encode()).decode()
        return self.target.with_name(f".{self.target.name}.{code}{SUFFIX}")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def open(self, *, is_new: bool) -> BinaryIO:
        return self.path.open("wb" if is_new else "ab")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)

    def finish(self) -> None:
        """The target from now on, and on the disk."""
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        if self.target.is_dir():
            raise CommandError(
                f"'{self.target}' is a folder, and the file cannot have its name.",
                fix="Name another folder by --download-path.",
            )
        self.path.replace(self.target)


def _escaped(name: str) -> str:
    """A name that a pattern takes as it is."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
