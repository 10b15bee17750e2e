"""The no-code scorer of an MLflow model: any pyfunc flavour, files of tables and of images."""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow.pyfunc

from ..messages import RunDone, RunRequest, error_text
from . import sample
from .batches import Loaded, file_failure, groups, rows_of, scored
from .carried import columns_of
from .failure import FileFailed, UnsupportedFileType
from .named_rows import NamedRows
from .pieces import checked, in_whole
from .type_hints import Hinted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..messages import Run
    from .batches import Write


def load(model_dir: str, *, batch_predict: bool = False) -> Run:
    """`batch_predict`: the files of a mini-batch may share one predict()."""
    model = mlflow.pyfunc.load_model(model_dir)
    schema = _schema(model)

    def run(request: RunRequest) -> RunDone:
        files = _loaded(schema, request)
        together = groups(files) if batch_predict else ([file] for file in files)
        if request.form is None:
            return _write_rows(model, together, request, rows_of)
        named = NamedRows(request.form, request.minibatch)
        done = _write_rows(model, together, request, named.rows_of)
        if not done.rows:
            return done
        shapes = named.shapes.written() if request.form.is_typed else ""
        return replace(done, columns=named.header.columns, shapes=shapes)

    return run


def _schema(model: Any) -> Any:
    """The first MLflow had no signatures, and the next no metadata that names one."""
    metadata = getattr(model, "metadata", None)
    read = getattr(metadata, "get_input_schema", None)
    schema = read() if read else None
    is_from_hint = getattr(metadata, "_is_signature_from_type_hint", None)
    is_hinted = schema is not None and is_from_hint is not None and is_from_hint()
    return Hinted(schema) if is_hinted else schema


def _write_rows(
    model: Any, together: Iterator[list[Loaded]], request: RunRequest, write: Write
) -> RunDone:
    started = time.perf_counter()
    failures = []
    rows = size = 0
    with Path(request.output).open("wb") as output:
        for group in together:
            for answer in scored(model, group, write):
                output.write(answer.block)
                rows += answer.rows
                size += len(answer.block)
                if answer.failure is not None:
                    failures.append(in_whole(answer.failure, request.piece))
    succeeded = len(request.files) - len(failures)
    return RunDone(rows, succeeded, tuple(failures), size, time.perf_counter() - started)


def _loaded(schema: Any, request: RunRequest) -> Iterator[Loaded]:
    first_row = request.piece.first_row if request.piece else 0
    for path, name in request.files:
        try:
            read = checked(sample.read(path, name, schema, request.piece), request.piece)
            carried = columns_of(path, name, read, request.form, request.piece)
            yield Loaded(name, read, None, carried, first_row)
        except FileFailed as error:
            prefix = "" if isinstance(error, UnsupportedFileType) else "Exception: "
            failure = file_failure(name, error.stage, type(error).__name__, f"{prefix}{error}")
            yield Loaded(name, failure=failure)
        except OSError:
            raise  # the disk's failure, not the file's
        except Exception as error:  # noqa: BLE001  # the rim: whatever a library makes of a file
            traceback.print_exc()
            reason = f"Exception: {type(error).__name__}: {error_text(error)}"
            yield Loaded(name, failure=file_failure(name, "read", type(error).__name__, reason))
