"""What an environment must hold, and what it is to have none."""

import hashlib
import json
import platform
import sys
from dataclasses import dataclass, replace

# What the builder adds on its own has changed: environments of an older recipe are not reused.
RECIPE = 1
# A resolver explains itself at the end; the rest of its log is progress.
LOG_LIMIT = 64 * 1024
# Azure refuses longer messages.
REASON_LIMIT = 3000


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
        parts = [RECIPE, machine, self.python, sorted(self.packages)]
        parts += [sorted(self.constraints)] if self.constraints else []
        parts += ["--pre"] if self.takes_prereleases else []
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @property
    def has_local_packages(self) -> bool:
        """Whether some lie in the model's own folder, whose place differs between machines."""
        return any(package.startswith("/") for package in self.packages)

    def noting(self, *notes: str) -> "EnvironmentSpec":
        """The same environment, with more to say about it."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))


class EnvironmentFailed(Exception):
    """There is no such environment, for a reason in words; `log` is what the builder printed."""

    def __init__(self, reason: str, *, log: str = "") -> None:
        reason = reason if len(reason) <= REASON_LIMIT else f"{reason[: REASON_LIMIT - 1]}…"
        super().__init__(reason)
        self.reason = reason
        self.log = log[-LOG_LIMIT:]


class BuilderKilled(EnvironmentFailed):
    """A signal ended the builder: that says nothing about the environment. Try again."""
