"""What cannot be split at all: by the model, and by a file's kind; in words without a full stop."""

from collections.abc import Sequence

from shared.domain.errors import InvalidRequest
from shared.domain.output_options import ALL
from shared.scoring.child.mlflow import kinds
from shared.scoring.child.mlflow.signature import ANY
from shared.scoring.preflight.model_signature import ModelSignature, NoSignature, signature_of

TARGET = "properties.properties.inputSplit"
_SPLIT = (*kinds.CSV, *kinds.JSON, *kinds.PARQUET)
_WHY = "in each piece the columns must have the types that they have in the whole file, and"


def splitting_signature(mlmodel: bytes) -> ModelSignature:
    """The signature of a model whose input may be split: it alone says what columns are.

    Raises InvalidRequest where they would depend on all rows of a file.
    """
    why, signature = why_no_split(mlmodel), None
    if not why:
        signature = signature_of(mlmodel)
    if signature is None:
        raise InvalidRequest(
            f"The input cannot be split: {why}.",
            fix="Leave out split, or log the model with a signature of columns and their types.",
            target=TARGET,
        )
    return signature


def why_no_split(mlmodel: bytes) -> str:
    """Of a model, by its signature; empty for one whose input may be split."""
    try:
        signature = signature_of(mlmodel)
    except NoSignature as error:
        return f"{_WHY} the signature in MLmodel cannot be read: {error}"
    if signature is None:
        return f"{_WHY} the model has no signature that would say it"
    if signature.is_hinted:
        return f"{_WHY} the model's signature is a type hint"
    unsure = [str(one.name) for one in signature.inputs if str(one.type) == ANY]
    return f"{_WHY} the signature leaves the type of '{unsure[0]}' open" if unsure else ""


def why_not_of_kind(name: str, signature: ModelSignature, carried: Sequence[str]) -> str:
    """Of a file, by its name; empty for one that may be split. `carried` go into its rows."""
    kind, codec = kinds.kind_of(name)
    if codec:
        return "it is compressed, and can only be read from its beginning"
    if kind in kinds.JSON:
        return _why_not_of_json(signature, carried)
    return "" if kind in _SPLIT else "split is for csv, lines of JSON and parquet"


def _why_not_of_json(signature: ModelSignature, carried: Sequence[str]) -> str:
    """No piece knows the keys of the others."""
    if not all(isinstance(one.name, str) for one in signature.inputs):
        return "columns of JSON go by names, and not all columns of the signature have one"
    if tuple(carried) == (ALL,):
        return "outputCarry all takes every key of the file, so name those that it shall carry"
    return ""
