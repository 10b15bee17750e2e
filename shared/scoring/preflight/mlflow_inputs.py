"""Whether an MLflow model without a script could read a file: by its name, and by its first bytes.

The rules are the scorer's own, as far as they need no pandas: kinds of files, what a file really
is, the columns that the signature wants, and casts of the values in the first rows. What is not
looked at here (row 10,000, the size of an image) may still fail in the job.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.minibatch import PlannedFile
from shared.domain.output_options import ALL
from shared.scoring.child.mlflow import kinds
from shared.scoring.child.mlflow.compressed import check_archive
from shared.scoring.child.mlflow.content_sniffing import disguise, is_image
from shared.scoring.child.mlflow.failure import FileFailed, Unfit, Unreadable
from shared.scoring.child.mlflow.headers import matched
from shared.scoring.preflight.first_rows import check_csv, check_json
from shared.scoring.preflight.model_signature import ModelSignature, NoSignature, signature_of
from shared.scoring.preflight.parquet_footer import NotParquet, ReadRange, column_names
from shared.scoring.preflight.splittable import why_no_split, why_not_of_kind

# Enough for a header of some thousand names, and for the first rows.
HEAD = 256 << 10
MOST_NAMES = 5
UNREADABLE, UNFIT, NO_SIGNATURE = "UnreadableFile", "SignatureMismatch", "UnreadableSignature"
NOT_CARRIED, NOT_SPLITTABLE = "CarriedColumnMissing", "NotSplittable"


@dataclass(frozen=True)
class Refusal:
    """A code, and why: words without a last full stop."""

    code: str
    reason: str


@dataclass(frozen=True)
class Head:
    """The first bytes of a file, all of them if it is short, and how to get at others."""

    data: bytes
    is_whole: bool
    size: int
    read: ReadRange


class MlflowInputs:
    """Looks at files by the rules of the scorer of MLflow models."""

    supported = (*kinds.ALL, *(f"{kind}{codec}" for codec in kinds.CODECS for kind in kinds.TEXTS))

    def supports(self, name: str) -> bool:
        return kinds.is_read(name)

    def look(
        self, file: PlannedFile, read: ReadRange, mlmodel: bytes, carry: Sequence[str] = ()
    ) -> Refusal | None:
        """None for a file that seems to do. `read` gives so many of its bytes from a place on.

        `carry` are columns that go into its rows.
        """
        head = Head(read(0, HEAD), file.size <= HEAD, file.size, read)
        try:
            signature = signature_of(mlmodel)
            kind, codec = kinds.kind_of(file.name)
            if codec:
                check_archive(head.data, codec)
            else:
                columns = _LOOKS[kind](head, signature)
                missing = [one for one in carry if one not in (columns or ())]
                if missing and columns is not None and tuple(carry) != (ALL,):
                    return Refusal(NOT_CARRIED, _lacks(missing))
        except NoSignature as error:
            return Refusal(NO_SIGNATURE, f"The signature in MLmodel cannot be read: {error}")
        except FileFailed as error:
            code = UNFIT if isinstance(error, Unfit) else UNREADABLE
            return Refusal(code, str(error))
        return None

    def why_not_split(
        self, file: PlannedFile, mlmodel: bytes, carry: Sequence[str] = ()
    ) -> Refusal | None:
        """What a plan refuses of a file that is large enough to be split."""
        why = why_no_split(mlmodel)
        if not why and (signature := signature_of(mlmodel)) is not None:
            why = why_not_of_kind(file.base_name, signature, carry)
        return Refusal(NOT_SPLITTABLE, why) if why else None


def _lacks(missing: Sequence[str]) -> str:
    names = ", ".join(repr(name[:100]) for name in missing[:MOST_NAMES])
    more = f" and {len(missing) - MOST_NAMES} more" if len(missing) > MOST_NAMES else ""
    return f"The file lacks columns that are to be carried: {names}{more}"


def _look_at_csv(head: Head, signature: ModelSignature | None) -> list[str]:
    return check_csv(head.data, signature, is_whole=head.is_whole)


def _look_at_json(head: Head, signature: ModelSignature | None) -> list[str] | None:
    return check_json(head.data, signature, is_whole=head.is_whole)


def _look_at_parquet(head: Head, signature: ModelSignature | None) -> list[str]:
    try:
        header = column_names(head.size, head.read)
    except NotParquet as error:
        raise Unreadable(disguise(head.data) or f"The file is not parquet: {error}") from error
    if signature is not None and not signature.is_hinted:
        matched(signature, header, in_csv=False)
    return header


def _look_at_image(head: Head, signature: ModelSignature | None) -> list[str]:
    """By its first bytes; its size is the model's to refuse. It has no columns."""
    if signature is not None and not signature.is_tensor_spec():
        raise Unfit("The signature wants columns, and an image is a tensor")
    if not head.data:
        raise Unreadable("The file is empty")
    if not is_image(head.data) and (other := disguise(head.data)):
        raise Unreadable(other)
    return []


_LOOKS: dict[str, Callable[[Head, ModelSignature | None], list[str] | None]] = {
    **dict.fromkeys(kinds.CSV, _look_at_csv),
    **dict.fromkeys(kinds.JSON, _look_at_json),
    **dict.fromkeys(kinds.PARQUET, _look_at_parquet),
    **dict.fromkeys(kinds.IMAGES, _look_at_image),
}
