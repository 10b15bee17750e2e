"""What is known of a job before it is started: what it would take, and what would go wrong."""

from enum import StrEnum

from pydantic import Field

from shared.domain.message import Message
from shared.domain.sample import Whole


class ProblemCode(StrEnum):
    """What is wrong, for programs; the same words as the sentences, for people."""

    DEPLOYMENT_NOT_READY = "DeploymentNotReady"
    COMPUTE = "ComputeUnfit"
    MODEL_MISSING = "ModelMissing"
    SCRIPT_MISSING = "ScriptMissing"
    INPUT_MISSING = "InputMissing"
    INPUT_UNREADABLE = "InputUnreadable"
    EMPTY_FILE = "EmptyFile"
    UNSUPPORTED_FILE_TYPE = "UnsupportedFileType"
    UNREADABLE_FILE = "UnreadableFile"
    SIGNATURE_MISMATCH = "SignatureMismatch"
    NOT_CARRIED = "CarriedColumnMissing"
    UNREADABLE_SIGNATURE = "UnreadableSignature"
    NOT_SPLITTABLE = "NotSplittable"
    TOO_MANY_PIECES = "TooManyPieces"
    OUTPUT_EXISTS = "OutputExists"
    OUTPUT_UNUSABLE = "OutputUnusable"
    JOB_EXISTS = "JobExists"


class Problem(Message):
    """Two sentences, what is wrong and what to do; `file` is the first that has it."""

    code: ProblemCode
    message: str
    file: str = ""


class SkippedFiles(Message):
    """What a listing leaves out for one reason; `names` are the first."""

    reason: str
    count: int
    names: list[str]


class InputFound(Message):
    """The files that would be scored; with `whole`, a sample of those.

    `listed` counts all names that were looked at. Unless it `is_complete`, the time was up first,
    and the counts are those until then. `split` counts the files that are large enough to be split,
    and `pieces` what they make by their size; by rows nobody knows, and each counts as one.
    """

    files: int = 0
    bytes: int = 0
    skipped: list[SkippedFiles] = Field(default_factory=list[SkippedFiles])
    listed: int = 0
    is_complete: bool = True
    split: int = 0
    pieces: int = 0
    whole: Whole | None = None
