"""What a scorer is asked, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import ClassVar, Literal

from shared.domain.minibatch import PlannedFile
from shared.domain.split import Piece
from shared.domain.value_shape import Columns, are_shapes
from shared.scoring.child.messages import (
    PER_INPUT,
    FileFailure,
    FilePiece,
    InitRequest,
    RowForm,
    RunDone,
    RunError,
    RunRequest,
)
from shared.scoring.child.named_columns import differing
from shared.scoring.side_files.folder_scan import Stamp
from shared.scoring.side_files.side_folder import SideFile

__all__ = [
    "FailureKind",
    "FileFailure",
    "InitFailed",
    "JobCourse",
    "LocalFile",
    "PoolClosed",
    "RowsAsked",
    "Scored",
    "ScorerSpec",
    "ScoringFailed",
    "ScoringStopped",
    "SideFile",
]

FailureKind = Literal["exception", "timeout", "died"]


class JobCourse(Enum):
    """How far a job is, for the processes that serve it."""

    RUNNING = "running"
    ENDING = "ending"
    """All is scored, and what its processes still have to write is wanted."""
    OVER = "over"


@dataclass(frozen=True)
class ScorerSpec:
    """Everything a scorer process needs; equal specs share warm processes.

    `fingerprint` is the deployment's: the pool counts processes by it. `model_dir` is the folder
    that holds MLmodel; for a script the model's own folder or file, if it has one. `packages` are
    folders of libraries outside the interpreter's own, as Azure keeps the app's. `script` is a
    file in `code_dir`, for kind "script". A `memory_limit_mb` of 0 is none.
    `writable` are folders of others that its processes may write into, and `hidden` those that
    they may not read. `is_stateless`: what it scored leaves nothing behind in a process, which may
    serve one job after the other.
    `batch_predict`, for kind "mlflow": the files of a mini-batch share one predict(), or never do.
    Only for models that take each row by itself; even then the last digit of a float may change.
    None: they do where the model is known to do so, and comparing shows the same rows.
    """

    fingerprint: str
    kind: str
    python: str
    model_dir: Path | None
    environment: tuple[tuple[str, str], ...] = ()
    logging_level: str = "info"
    packages: tuple[Path, ...] = ()
    code_dir: Path | None = None
    script: str = ""
    memory_limit_mb: int = 0
    batch_predict: bool | None = None
    writable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    is_stateless: bool = False

    @property
    def init_request(self) -> InitRequest:
        """The first message to its process."""
        return InitRequest(
            self.kind,
            str(self.model_dir or ""),
            self.logging_level,
            code_dir=str(self.code_dir.absolute()) if self.code_dir else "",
            script=self.script,
            batch_predict=self.batch_predict,
        )


@dataclass(frozen=True)
class LocalFile:
    """A local file, and the name that goes into the output's file column.

    `piece` is what there is of it, if the file is split: it is alone in its mini-batch. `planned`
    is the input file that it is, and `stamp` what it was when it was downloaded.
    """

    path: Path
    name: str
    piece: Piece | None = None
    planned: PlannedFile | None = field(default=None, compare=False)
    stamp: Stamp | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """What tells it from all other files of the job."""
        return self.planned.key if self.planned else ""

    @property
    def asked(self) -> FilePiece | None:
        """The piece as the scorer's process is told of it."""
        if self.piece is None:
            return None
        groups = (self.piece.start, self.piece.stop) if self.piece.ranges else ()
        return FilePiece(
            self.piece.first_row,
            self.piece.rows,
            self.piece.first_line,
            self.piece.columns,
            groups,
        )


@dataclass(frozen=True)
class Scored:
    """A run() that came back.

    `output` holds `rows` rows in `bytes` bytes, in the order of the files given. `succeeded`
    counts the elements that stand against the files: for MLflow, files that gave their rows; for
    a script, elements returned, which may be more than the files, or fewer: then nobody knows
    which files failed. `side_files` are what a script wrote under AZUREML_BI_OUTPUT_PATH.
    `columns` is the header of the rows, if they need one and there are any; `shapes` what their
    values are, where that was asked. `apart` is what comparing has shown: why files share no
    predict().
    """

    rows: int
    succeeded: int
    failures: tuple[FileFailure, ...]
    output: Path
    bytes: int
    seconds: float
    side_files: tuple[SideFile, ...] = ()
    columns: tuple[str, ...] = ()
    shapes: Columns = field(default_factory=dict)
    apart: str = ""


@dataclass(frozen=True)
class RowsAsked:
    """How rows are to be written, and who says which header all the mini-batches have.

    `agree` is told the columns of rows that were scored, and answers those of the header.
    """

    USUAL: ClassVar["RowsAsked"]

    form: RowForm | None = None
    agree: Callable[[tuple[str, ...]], tuple[str, ...]] = lambda columns: columns

    def request(self, files: Sequence[LocalFile], output: Path, minibatch: int) -> RunRequest:
        """One mini-batch as the scorer's process is asked for it."""
        paths = tuple((str(file.path.absolute()), file.name) for file in files)
        piece, where = files[0].asked if files else None, str(output.absolute())
        return RunRequest(paths, where, minibatch, self.form, piece, self.keys(files))

    def keys(self, files: Sequence[LocalFile]) -> tuple[str, ...]:
        """What the rows of each file are called, where each has an output of its own."""
        is_asked = self.form is not None and self.form.layout == PER_INPUT
        return tuple(file.key for file in files) if is_asked else ()

    def judge[T](self, answer: T) -> T | RunError:
        """Rows that cannot stand below the header count as none."""
        if isinstance(answer, RunDone) and not are_shapes(answer.shapes):
            return RunError("BrokenProtocol", "The process did not say what its rows are.")
        columns = answer.columns if isinstance(answer, RunDone) else ()
        header = self.agree(columns) if columns else columns
        if columns == header:
            return answer
        return RunError("WrongColumns", f"{differing(columns, header)}.")


RowsAsked.USUAL = RowsAsked()


class ScoringFailed(Exception):
    """A try that failed as a whole; nothing of its output counts.

    `details` is the whole traceback, if there was an exception.
    """

    def __init__(
        self, message: str, *, kind: FailureKind, error_type: str, details: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.error_type = error_type
        self.details = details


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

    def without_traceback(self) -> "InitFailed":
        """The same failure for another caller, without this one's traceback."""
        return InitFailed(self.message, error_type=self.error_type, details=self.details)


class ScoringStopped(Exception):
    """The job was canceled: what was under way counts neither as done nor as failed."""


class PoolClosed(Exception):
    """The worker is stopping: what it scored counts neither as done nor as failed."""
