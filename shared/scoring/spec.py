"""What a scorer is asked, and what it answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.scoring.child.protocol import FileFailure

__all__ = [
    "FailureKind",
    "FileFailure",
    "InitFailed",
    "InputFile",
    "PoolClosed",
    "Scored",
    "ScorerSpec",
    "ScoringFailed",
]

FailureKind = Literal["exception", "timeout", "died"]


@dataclass(frozen=True)
class ScorerSpec:
    """Everything a scorer process needs; equal specs share warm processes.

    `fingerprint` is the deployment's: the pool counts processes by it. `model_dir` is the folder
    that holds MLmodel. `packages` are folders of libraries outside the interpreter's own, as
    Azure keeps the app's.
    """

    fingerprint: str
    kind: str
    python: str
    model_dir: Path
    environment: tuple[tuple[str, str], ...] = ()
    logging_level: str = "info"
    packages: tuple[Path, ...] = ()


@dataclass(frozen=True)
class InputFile:
    """A local file, and the name that goes into the output's file column."""

    path: Path
    name: str


@dataclass(frozen=True)
class Scored:
    """A run() that came back.

    `output` holds `rows` rows in `bytes` bytes, in the order of the files given. `succeeded`
    counts the elements that stand against the files: here, files that gave their rows.
    """

    rows: int
    succeeded: int
    failures: tuple[FileFailure, ...]
    output: Path
    bytes: int
    seconds: float


class ScoringFailed(Exception):
    """A try that failed as a whole; nothing of its output counts."""

    def __init__(self, message: str, *, kind: FailureKind, error_type: str) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.error_type = error_type


class InitFailed(Exception):
    """The model did not load, or its process died in it.

    `message` is the traceback's last line, `details` the whole traceback, and `logs` what the
    process printed.
    """

    def __init__(self, message: str, *, error_type: str, details: str, logs: bytes = b"") -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type
        self.details = details
        self.logs = logs

    def again(self) -> "InitFailed":
        """The same failure for another caller, without this one's traceback."""
        return InitFailed(self.message, error_type=self.error_type, details=self.details)


class PoolClosed(Exception):
    """The worker is stopping: what it scored counts neither as done nor as failed."""
