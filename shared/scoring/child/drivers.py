"""One driver per kind of deployment: given `Start` it loads what it needs, and returns `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Python 3.7 could not evaluate it
    from collections.abc import Callable, Mapping

    from .protocol import Done, Score, Start

    Run = Callable[[Score], Done]
    Driver = Callable[[Start], Run]


def _mlflow(start: Start) -> Run:
    from .mlflow.mlflow_driver import load  # noqa: PLC0415  # only this kind needs pandas and mlflow

    return load(start.model_dir, batch_predict=start.batch_predict)


def _script(start: Start) -> Run:
    from .script.script_driver import load  # noqa: PLC0415  # only this kind has a script

    return load(start)


DRIVERS: Mapping[str, Driver] = {"mlflow": _mlflow, "script": _script}
