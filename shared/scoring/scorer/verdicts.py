"""The error for a caller when a scorer did not answer with what it was asked for."""

from pathlib import Path

from shared.domain.value_shape import read_shapes
from shared.scoring.child.messages import InitError, RunDone, RunError
from shared.scoring.child.texts import DETAILS_LIMIT, MESSAGE_LIMIT
from shared.scoring.scorer.answers import Answer, Outgrown
from shared.scoring.scorer.cause_of_death import describe_death
from shared.scoring.scorer.scorer_process import Ended
from shared.scoring.scorer_spec import (
    InitFailed,
    PoolClosed,
    Scored,
    ScorerSpec,
    ScoringFailed,
    SideFile,
)
from shared.scoring.side_files.side_folder import BadSideName

_STOPPING = "The worker is stopping: its scorer processes were ended."
_LOST = "closed its control pipe or wrote into it, and was killed"
_REPLACED = "A new one takes its place."
# Characters of an exception's name: what may be called as a script likes.
LONGEST_TYPE = 200


def scored_of(done: RunDone, output: Path, side_files: tuple[SideFile, ...]) -> Scored:
    """Of a run() that came back with rows."""
    return Scored(
        rows=done.rows,
        succeeded=done.succeeded,
        failures=done.failures,
        output=output,
        bytes=done.bytes,
        seconds=done.seconds,
        side_files=side_files,
        columns=done.columns,
        apart=done.apart if done.has_differed else "",
        shapes=read_shapes(done.shapes),
    )


def start_verdict(what: str, error: OSError) -> InitFailed:
    """Of a process that could not even be started."""
    return InitFailed(f"{what}: {error}.", error_type=type(error).__name__, details=str(error))


def init_verdict(
    answer: Answer, spec: ScorerSpec, limit_s: float, logs: bytes
) -> InitFailed | PoolClosed:
    if isinstance(answer, InitError):
        return InitFailed(
            answer.message, error_type=answer.error_type, details=answer.details, logs=logs
        )
    if isinstance(answer, Ended) and answer.by_us:
        return PoolClosed(_STOPPING)
    if isinstance(answer, Ended | Outgrown):
        error_type, message = _type_of(answer), f"The scorer process {_end(answer)}"
    else:
        error_type, message = "InitTimeout", f"It took more than {limit_s:g} s"
    doing = "the script was imported and init() ran" if spec.script else "the model was loaded"
    message = f"{message} while {doing}."
    details = f"{message}\n{logs[-DETAILS_LIMIT:].decode(errors='replace')}"
    return InitFailed(message, error_type=error_type, details=details, logs=logs)


def run_verdict(answer: Answer) -> ScoringFailed | PoolClosed:
    """Of a run() that was answered, though not with rows."""
    if isinstance(answer, RunError):
        error_type = answer.error_type[:LONGEST_TYPE]
        is_said = answer.message == answer.error_type  # an exception without words
        message = error_type if is_said else f"{error_type}: {answer.message}"[:MESSAGE_LIMIT]
        return ScoringFailed(
            message, kind="exception", error_type=error_type, details=answer.details
        )
    if isinstance(answer, Ended) and answer.by_us:
        return PoolClosed(_STOPPING)
    died = _end(answer) if isinstance(answer, Ended | Outgrown) else _LOST
    error_type = _type_of(answer) if isinstance(answer, Outgrown) else "ProcessDied"
    return ScoringFailed(
        f"The scorer process {died}. {_REPLACED}", kind="died", error_type=error_type
    )


def timeout_verdict(timeout_s: float, grace_s: float, *, obeyed: bool) -> ScoringFailed:
    if obeyed:
        ended = "was ended by SIGTERM"
    else:
        ended = f"ignored SIGTERM for {grace_s:g} s and was ended by SIGKILL"
    message = (
        f"run() took more than {timeout_s:g} s, the deployment's timeout. "
        f"The scorer process {ended}, and a new one takes its place."
    )
    return ScoringFailed(message, kind="timeout", error_type="Timeout")


def side_verdict(error: OSError | BadSideName) -> ScoringFailed:
    """Of a run() that came back, and left files that cannot be published."""
    if isinstance(error, BadSideName):
        message = f"{error} The scorer process was ended. {_REPLACED}"
        return ScoringFailed(message, kind="exception", error_type=type(error).__name__)
    message = (
        f"What run() wrote under AZUREML_BI_OUTPUT_PATH cannot be taken over: {error}. "
        f"The scorer process was ended. {_REPLACED}"
    )
    return ScoringFailed(message, kind="exception", error_type=type(error).__name__)


def _end(answer: Ended | Outgrown) -> str:
    if isinstance(answer, Outgrown):
        return f"used more than {answer.limit_mb} MB, its memory limit, and was killed"
    return _LOST if answer.is_lost else describe_death(answer.returncode, ran_out=answer.ran_out)


def _type_of(answer: Ended | Outgrown) -> str:
    return "OutOfMemory" if isinstance(answer, Outgrown) else "ProcessDied"
