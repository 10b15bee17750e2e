"""What failed in a mini-batch: a line for each file, and the tracebacks whole."""

from collections.abc import Iterator, Sequence

from shared.domain.outcome import INFERRED, KNOWN, FileError
from shared.scoring.bundle.attempts import Attempted, Part
from shared.scoring.spec import FileFailure, LocalFile

NAMES_SHOWN = 5


def tracebacks(parts: Sequence[Part], errors: Sequence[FileError]) -> Iterator[str]:
    """For people: each run that failed for good with its traceback, then each bad file."""
    for part in parts:
        if part.failed is not None and errors:
            what = f"Mini-batch {errors[0].mini_batch}, run() of {_names(part.files)}"
            told = part.failed.details.rstrip() or str(part.failed)
            yield f"{what}:\n{told}\n\n"
    failed = {file.name for part in parts if part.failed is not None for file in part.files}
    for error in errors:
        if error.file not in failed:
            file = f" '{error.file}'" if error.file else ""
            yield (f"Mini-batch {error.mini_batch}{file}: {error.summary}\n\n")


def errors_of(part: Part, index: int, attempted: Attempted) -> Iterator[FileError]:
    """A line for each file that failed, or for the shortfall of a run that returned too little."""
    if part.scored is not None:
        for failure in part.scored.failures:
            yield error_of(failure, index, attempted.tries)
        missing = len(part.files) - part.scored.succeeded - len(part.scored.failures)
        if missing > 0:
            yield _shortfall(part, missing, index, attempted.tries)
    elif part.failed is not None:
        for file in part.files:
            yield FileError(
                file=file.name,
                stage="score",
                error_type=part.failed.error_type,
                message=str(part.failed),
                mini_batch=index,
                attempts=attempted.tries,
                certainty=KNOWN if part.is_known else INFERRED,
            )


def _shortfall(part: Part, missing: int, index: int, attempts: int) -> FileError:
    count, given = len(part.files) - missing, len(part.files)
    return FileError(
        file=part.files[0].name if given == 1 else "",
        stage="score",
        error_type="TooFewElements",
        message=f"run() returned {_so_many(count, 'element')} for {_so_many(given, 'file')}, "
        f"so {missing} failed. "
        f"Return one element for each file. The files: {_names(part.files)}",
        mini_batch=index,
        attempts=attempts,
        certainty=KNOWN if given == 1 else INFERRED,
    )


def _so_many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _names(files: list[LocalFile]) -> str:
    more = f" and {len(files) - NAMES_SHOWN} more" if len(files) > NAMES_SHOWN else ""
    return ", ".join(file.name for file in files[:NAMES_SHOWN]) + more


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
