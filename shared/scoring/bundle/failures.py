"""What failed in a mini-batch: a line for each file, and the tracebacks whole."""

from collections.abc import Iterator, Sequence

from shared.domain.outcome import INFERRED, KNOWN, FailedTry, FileError
from shared.domain.split import Piece
from shared.domain.user_frame import user_frame
from shared.scoring.bundle.attempts import Attempted, FileGroup
from shared.scoring.scorer_spec import FileFailure, LocalFile

MOST_NAMES = 5
# Characters of why one try failed; the last one's error is told whole.
LONGEST_OF_A_TRY = 300


def tracebacks(groups: Sequence[FileGroup], errors: Sequence[FileError]) -> Iterator[str]:
    """For people: each run that failed for good with its traceback, then each bad file."""
    for group in groups:
        if group.failed is not None and errors:
            what = f"Mini-batch {errors[0].mini_batch}, run() of {_names(group.files)}"
            traceback = group.failed.details.rstrip() or str(group.failed)
            yield f"{what}:\n{traceback}\n\n"
    failed = {file.name for group in groups if group.failed is not None for file in group.files}
    for error in errors:
        if error.file not in failed:
            file = f" '{error.file}'" if error.file else ""
            yield (f"Mini-batch {error.mini_batch}{file}: {error.summary}\n\n")


def errors_of(group: FileGroup, index: int, attempted: Attempted) -> Iterator[FileError]:
    """A line for each file that failed, or for the shortfall of a run that returned too little."""
    if group.scored is not None:
        for failure in group.scored.failures:
            yield error_of(failure, index, attempted.tries)
        missing = len(group.files) - group.scored.succeeded - len(group.scored.failures)
        if missing > 0:
            yield _shortfall(group, missing, index, attempted.tries)
    elif group.failed is not None:
        where = user_frame(group.failed.details)
        for file in group.files:
            yield FileError(
                file=file.name,
                stage="score",
                error_type=group.failed.error_type,
                message=str(group.failed),
                mini_batch=index,
                attempts=attempted.tries,
                certainty=KNOWN if group.is_known else INFERRED,
                where=where,
            )


def failed_tries(attempted: Attempted, index: int) -> Iterator[FailedTry]:
    """The tries that failed: what became of them is told by the report."""
    for lost in attempted.lost:
        yield FailedTry(
            mini_batch=index,
            started_at=lost.started_at,
            seconds=round(lost.seconds, 3),
            kind=lost.failed.kind,
            error_type=lost.failed.error_type,
            message=str(lost.failed)[:LONGEST_OF_A_TRY],
        )


def in_piece(error: FileError, piece: Piece | None) -> FileError:
    """Of a file that is split: which of its rows are missing."""
    if piece is None:
        return error
    message = f"{error.message.rstrip('.')}. It is {piece.words}, which have no predictions"
    told = f"{message}; the file's other pieces are scored by themselves."
    return error.model_copy(update={"message": told})


def _shortfall(group: FileGroup, missing: int, index: int, attempts: int) -> FileError:
    count, total = len(group.files) - missing, len(group.files)
    return FileError(
        file=group.files[0].name if total == 1 else "",
        stage="score",
        error_type="TooFewElements",
        message=f"run() returned {_so_many(count, 'element')} for {_so_many(total, 'file')}, "
        f"so {missing} failed. "
        f"Return one element for each file. The files: {_names(group.files)}",
        mini_batch=index,
        attempts=attempts,
        certainty=KNOWN if total == 1 else INFERRED,
    )


def _so_many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _names(files: list[LocalFile]) -> str:
    more = f" and {len(files) - MOST_NAMES} more" if len(files) > MOST_NAMES else ""
    return ", ".join(file.name for file in files[:MOST_NAMES]) + more


def error_of(failure: FileFailure, index: int, attempts: int) -> FileError:
    return FileError(
        file=failure.name,
        stage=failure.stage,
        error_type=failure.error_type,
        message=failure.message,
        mini_batch=index,
        attempts=attempts,
        certainty=KNOWN,
    )
