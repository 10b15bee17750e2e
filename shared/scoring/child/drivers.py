"""One driver per kind of deployment: `InitRequest` has it load what it needs and return `run`.

What any deployment of the kind begins with can be done ahead, by `PrepareRequest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .libraries import import_ahead

if TYPE_CHECKING:  # Python 3.7 could not evaluate it
    from collections.abc import Callable, Mapping

    from .messages import InitRequest, PrepareRequest, Run

    Driver = Callable[[InitRequest], Run]
    Preparation = Callable[[PrepareRequest], None]


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


def _prepare_mlflow(request: PrepareRequest) -> None:
    from .mlflow.garbage import seldom_collected  # noqa: PLC0415  # for this kind alone
    from .mlflow.lazy_mlflow import import_pyfunc  # noqa: PLC0415  # only this kind needs mlflow

    with seldom_collected():
        import_pyfunc()
        from .mlflow import mlflow_driver  # noqa: F401, PLC0415  # only this kind needs pandas

        import_ahead(request.imports.libraries)


def _prepare_script(request: PrepareRequest) -> None:
    from .mlflow.garbage import seldom_collected  # noqa: PLC0415  # what is imported stays
    from .script.script_driver import prepare  # noqa: PLC0415  # only this kind has a script

    prepare(request.logging_level)
    with seldom_collected():
        import_ahead(request.imports.libraries)


DRIVERS: Mapping[str, Driver] = {"mlflow": _mlflow, "script": _script}
PREPARATIONS: Mapping[str, Preparation] = {"mlflow": _prepare_mlflow, "script": _prepare_script}
