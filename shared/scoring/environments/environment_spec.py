"""What an environment must hold, and what it is to have none."""

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from shared.domain.message import LONGEST_REASON, clipped
from shared.domain.provisioning_stage import Stage

# What the builder adds on its own has changed: those of an older version are not reused.
BUILDER_VERSION = 1
# A resolver explains itself at the end; the rest of its log is progress.
LOG_LIMIT = 64 * 1024

# Hears what a builder prints.
type OnOutput = Callable[[str], None]
# Hears which stage of a build begins, and a short detail.
type Enter = Callable[[Stage, str], None]


def ignore(_log: str) -> None:
    """For who does not want to know."""


def ignore_stage(_stage: Stage, _detail: str) -> None:
    """For who does not want to know."""


@dataclass(frozen=True)
class Listener:
    """Who follows a build."""

    on_output: OnOutput = ignore
    enter: Enter = ignore_stage


NOBODY_LISTENS = Listener()


@dataclass(frozen=True)
class EnvironmentSpec:
    """`packages` are pip requirement lines, normalised and sorted.

    `constraints` are such lines, too: the versions of what is installed at all.
    `python` is a version such as 3.10 or 3.7.16, or empty: any. `notes` tell the user, in words,
    what was tolerated or understood differently; they are not part of what the environment is.
    """

    python: str = ""
    packages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    takes_prereleases: bool = False

    @property
    def key(self) -> str:
        """Equal for equal contents on equal machines."""
        machine = f"{sys.platform}-{platform.machine()}"
        parts = [BUILDER_VERSION, machine, self.python, sorted(self.packages)]
        parts += [sorted(self.constraints)] if self.constraints else []
        parts += ["--pre"] if self.takes_prereleases else []
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @property
    def local_packages(self) -> tuple[Path, ...]:
        """Those that lie in the model's own folder, whose place differs between machines."""
        return tuple(Path(package) for package in self.packages if package.startswith("/"))

    def noting(self, *notes: str) -> "EnvironmentSpec":
        """The same environment, with more to say about it."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))


class EnvironmentFailed(Exception):
    """There is no such environment, for a reason in words; `log` is what the builder printed.

    `notes` are those of what was asked for: the cause may be among them.
    """

    def __init__(self, reason: str, *, log: str = "") -> None:
        reason = clipped(reason, LONGEST_REASON)
        super().__init__(reason)
        self.reason = reason
        self.log = log[-LOG_LIMIT:]
        self.notes: tuple[str, ...] = ()


class BuilderKilled(EnvironmentFailed):
    """A signal ended the builder: that says nothing about the environment. Try again."""


@contextmanager
def attach_notes(notes: tuple[str, ...]) -> Iterator[None]:
    """What fails in here takes the notes along."""
    try:
        yield
    except EnvironmentFailed as failed:
        failed.notes = notes
        raise
