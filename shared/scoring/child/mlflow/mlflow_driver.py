"""The no-code scorer of an MLflow model: any pyfunc flavour, files of tables and of images."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import RunDone, RunRequest
from .batches import rows_of
from .loading import loaded
from .named_rows import NamedRows
from .pieces import in_whole
from .row_wise import may_multiply, reason_against
from .sharing import Deadline, Sharing
from .type_hints import Hinted

if TYPE_CHECKING:
    from ..messages import Run
    from .batches import Write

_LOG = logging.getLogger(__name__)


def load(pyfunc: Any, model_dir: str, *, batch_predict: bool | None = None) -> Run:
    """By the module `mlflow.pyfunc`.

    `batch_predict`: the files of a mini-batch share one predict(); None: where it is proven.
    """
    model = pyfunc.load_model(model_dir)
    schema = _schema(model)
    against = reason_against(model) if batch_predict is None else ""
    if against:
        _LOG.info("Each file has a predict() of its own: %s", against)
    is_tried = batch_predict is None and not against
    needs_layout = is_tried and may_multiply(model)
    sharing = Sharing(asked=batch_predict, against=against, needs_layout=needs_layout)

    def run(request: RunRequest) -> RunDone:
        if request.apart:
            sharing.end(request.apart)
        if request.form is None:
            return _write_rows(model, schema, sharing, request, rows_of)
        named = NamedRows(request.form, request.minibatch)
        done = _write_rows(model, schema, sharing, request, named.rows_of)
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
    model: Any, schema: Any, sharing: Sharing, request: RunRequest, write: Write
) -> RunDone:
    started, deadline = time.perf_counter(), Deadline(request.timeout_s)
    failures = []
    rows = size = 0
    files = loaded(schema, request, at_once=sharing.may_share)
    with Path(request.output).open("wb") as output:
        for group in sharing.groups(files):
            for answer in sharing.scored(model, group, write, deadline):
                output.write(answer.block)
                rows += answer.rows
                size += len(answer.block)
                if answer.failure is not None:
                    failures.append(in_whole(answer.failure, request.piece))
    return RunDone(
        rows,
        len(request.files) - len(failures),
        tuple(failures),
        size,
        time.perf_counter() - started,
        apart=sharing.apart,
        has_differed=sharing.has_differed,
    )
