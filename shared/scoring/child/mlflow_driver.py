"""The no-code scorer of an MLflow model: one predict() per file, one line per row."""

from __future__ import annotations

import time
import traceback
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import mlflow.pyfunc

from . import csv_table, predictions
from .failure import BadPrediction, Unfit, Unreadable
from .protocol import MESSAGE_LIMIT, Done, FileFailure, Score, brief

if TYPE_CHECKING:
    from .drivers import Run


class _Failed(Exception):
    """One file gave no rows; the others go on."""

    def __init__(self, stage: str, error_type: str, reason: str) -> None:
        super().__init__(reason)
        self.stage = stage
        self.error_type = error_type


def load(model_dir: str) -> Run:
    model = mlflow.pyfunc.load_model(model_dir)
    schema = model.metadata.get_input_schema()

    def run(request: Score) -> Done:
        return _score(model, schema, request)

    return run


def _score(model: Any, schema: Any, request: Score) -> Done:
    started = time.perf_counter()
    failures = []
    rows = size = 0
    with Path(request.output).open("wb") as output:
        for path, name in request.files:
            try:
                count, block = _score_file(model, schema, path, name)
            except _Failed as failed:
                failures.append(_told(name, failed))
                continue
            output.write(block)
            rows += count
            size += len(block)
    succeeded = len(request.files) - len(failures)
    return Done(rows, succeeded, tuple(failures), size, time.perf_counter() - started)


def _score_file(model: Any, schema: Any, path: str, name: str) -> tuple[int, bytes]:
    frame = _read(path, name, schema)
    if not len(frame):
        return 0, b""
    prediction = _predict(model, frame)
    try:
        return len(frame), predictions.lines(prediction, len(frame), name)
    except BadPrediction as error:
        raise _Failed("score", "BadPrediction", str(error)) from error
    except UnicodeEncodeError as error:
        raise _Failed("write", "UnicodeEncodeError", f"Exception: {error}") from error


def _read(path: str, name: str, schema: Any) -> Any:
    kind = PurePosixPath(name).suffix
    if kind.lower() != ".csv":
        reason = f"File type '{kind[1:]}' is not supported"
        raise _Failed("read", "UnsupportedFileType", reason)
    try:
        return csv_table.read(path, schema)
    except Unreadable as error:
        raise _Failed("read", "Unreadable", f"Exception: {error}") from error
    except Unfit as error:
        raise _Failed("validate", "Unfit", f"Exception: {error}") from error


def _predict(model: Any, frame: Any) -> Any:
    try:
        return model.predict(frame)
    except Exception as error:  # the rim: whatever a model raises
        traceback.print_exc()
        raise _Failed("score", type(error).__name__, f"Exception: {brief(error)}") from error


def _told(name: str, failed: _Failed) -> FileFailure:
    message = f"Error processing input file: '{name}'. {failed}"
    return FileFailure(name, failed.stage, failed.error_type, message[:MESSAGE_LIMIT])
