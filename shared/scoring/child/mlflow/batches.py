"""Which files share one predict(), and what each of them gets of its answer.

Several files share one where `sharing` says so; what fails together is done again file by file.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..messages import FileFailure
from ..texts import MESSAGE_LIMIT, error_text, printable
from . import prediction_rows
from .failure import BadPrediction
from .sample import PartOfTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .sample import AnySample

    Write = Callable[["Loaded", Any], "Rows"]

# Beyond this a call's own cost no longer weighs, and memory does.
MOST_BYTES = 64 * 1024 * 1024
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rows:
    """What one file gave: its lines, or why there are none."""

    rows: int = 0
    block: bytes = b""
    failure: FileFailure | None = None


@dataclass(frozen=True)
class Loaded:
    """A file that was read, or was not."""

    name: str
    sample: AnySample | None = None
    failure: FileFailure | None = None
    carried: tuple[tuple[str, Any], ...] = ()
    """Columns of the input that go into the rows."""
    first_row: int = 0
    """Of a piece of a file: the number of its first row."""
    key: str = ""
    """What its rows' frames are called, where each file has an output of its own."""

    @property
    def is_empty(self) -> bool:
        return self.sample is None or not self.sample.rows


def groups(files: Iterable[Loaded], most_bytes: int = MOST_BYTES) -> Iterator[list[Loaded]]:
    """Files next to each other whose content can be one table, or one stack of images."""
    group: list[Loaded] = []
    leader: AnySample | None = None
    size = 0
    for file in files:
        if file.sample is not None and not file.is_empty:
            size += file.sample.bytes
            if leader is not None and (size > most_bytes or not _are_alike(leader, file.sample)):
                yield group
                group, size = [], file.sample.bytes
            if not group or leader is None:
                leader = file.sample
        group.append(file)
    if group:
        yield group


def rows_of(file: Loaded, prediction: Any) -> Rows:
    """A file's rows as Azure ML has them."""
    sample = file.sample
    if sample is None:
        return Rows()
    if sample.is_table:
        return Rows(sample.rows, _lines(file, sample, prediction))
    return Rows(sample.rows, prediction_rows.line(batch_of(sample, prediction), file.name))


def _lines(file: Loaded, sample: AnySample, prediction: Any) -> bytes:
    return prediction_rows.lines(prediction, sample.rows, file.name, file.first_row)


def batch_of(sample: AnySample, prediction: Any) -> Any:
    """What predict() returned for an image, with a batch around it."""
    return prediction if sample.is_batch else [prediction]


def scored(model: Any, group: Sequence[Loaded], write: Write = rows_of) -> Iterator[Rows]:
    """In the order given. A table without rows is the model's to refuse, on its own."""
    shared = together(model, [file for file in group if not file.is_empty], write)
    for file in group:
        if shared is not None and not file.is_empty:
            yield next(shared)
        else:
            yield _alone(model, file, write)


def scored_alone(model: Any, group: Sequence[Loaded], write: Write = rows_of) -> Iterator[Rows]:
    """Each by a predict() of its own, in the order given."""
    return (_alone(model, file, write) for file in group)


def file_failure(name: str, stage: str, error_type: str, reason: str) -> FileFailure:
    message = printable(f"Error processing input file: '{name}'. {reason}")
    return FileFailure(name, stage, error_type, message[:MESSAGE_LIMIT])


def _are_alike(one: AnySample, other: AnySample) -> bool:
    if not (one.is_batch and other.is_batch) or one.is_table != other.is_table:
        return False
    if isinstance(one, PartOfTable) and isinstance(other, PartOfTable):
        return one.table.columns == other.table.columns
    if isinstance(one.data, list):
        return isinstance(other.data, list)
    if one.is_table:
        return bool(one.data.dtypes.equals(other.data.dtypes))
    return bool(one.data.shape == other.data.shape and one.data.dtype == other.data.dtype)


def together(model: Any, files: Sequence[Loaded], write: Write) -> Iterator[Rows] | None:
    """None when they are better scored one by one."""
    if len(files) < 2:  # noqa: PLR2004
        return None
    samples = [file.sample for file in files if file.sample is not None]
    try:
        batch = _joined(samples)
        parts = prediction_rows.split(model.predict(batch), [sample.rows for sample in samples])
        return iter([write(file, part) for file, part in zip(files, parts)])  # noqa: B905  # 3.7
    except Exception as error:  # noqa: BLE001  # whatever a model raises: each file may yet succeed
        _LOG.warning("%d files in one predict() failed, now one by one: %s", len(files), error)
        return None


def _joined(samples: Sequence[AnySample]) -> Any:
    first, last = samples[0], samples[-1]
    if isinstance(first, PartOfTable) and isinstance(last, PartOfTable) and _are_one(samples):
        return first.table.frame(first.start, last.start + last.rows)
    data = [sample.data for sample in samples]
    if isinstance(data[0], list):
        return list(chain.from_iterable(data))
    is_table = isinstance(data[0], pd.DataFrame)
    return pd.concat(data, ignore_index=True) if is_table else np.concatenate(data)


def _are_one(samples: Sequence[AnySample]) -> bool:
    """Parts of one table, one behind the other: files that failed were never in it."""
    tables = {id(getattr(sample, "table", None)) for sample in samples}
    return len(tables) == 1


def _alone(model: Any, file: Loaded, write: Write) -> Rows:
    if file.sample is None:
        return Rows(failure=file.failure)
    try:
        return write(file, model.predict(file.sample.data))
    except BadPrediction as error:
        failure = file_failure(file.name, error.stage, "BadPrediction", str(error))
    except UnicodeEncodeError as error:
        failure = file_failure(file.name, "write", "UnicodeEncodeError", f"Exception: {error}")
    except Exception as error:  # noqa: BLE001  # the rim: whatever a model raises
        traceback.print_exc()
        failure = file_failure(
            file.name, "score", type(error).__name__, f"Exception: {_error_text(error)}"
        )
    return Rows(failure=failure)


def _error_text(error: Exception) -> str:
    """MLflow's refusal of a signature, without the table that it puts before its reason."""
    text = str(error)
    if text.startswith("Failed to enforce schema of data") and "Error: " in text:
        error = ValueError(text.rsplit("Error: ", 1)[1])
    return error_text(error)
