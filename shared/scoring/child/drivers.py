"""One driver per kind of deployment: `InitRequest` has it load what it needs and return `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Python 3.7 could not evaluate it
    from collections.abc import Callable, Mapping

    from .messages import InitRequest, Run

    Driver = Callable[[InitRequest], Run]


def _mlflow(start: InitRequest) -> Run:
    from .mlflow.garbage import seldom_collected  # noqa: PLC0415  # for this kind alone
    from .mlflow.lazy_mlflow import import_pyfunc  # noqa: PLC0415  # only this kind needs mlflow

    with seldom_collected():
        pyfunc = import_pyfunc()  # first: an environment without MLflow is told so
        from .mlflow.mlflow_driver import load  # noqa: PLC0415  # only this kind needs pandas

        return load(pyfunc, start.model_dir, batch_predict=start.batch_predict)


def _script(start: InitRequest) -> Run:
    from .script.script_driver import load  # noqa: PLC0415  # only this kind has a script

    return load(start)


DRIVERS: Mapping[str, Driver] = {"mlflow": _mlflow, "script": _script}
