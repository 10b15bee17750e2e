"""Imports an app's function_app.py and asks it for its functions."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions as func

from devhost.host_errors import AppRefused


def load_app(app_folder: Path) -> Sequence[Any]:
    """The SDK's function objects; AppRefused where the real host would load nothing at all."""
    module = _import_script(app_folder)
    app = _the_app(module)
    try:
        return app.get_functions()  # type: ignore[no-any-return]  # untyped in azure.functions
    except ValueError as error:
        raise AppRefused(
            f"The app's functions do not fit together: {error}",
            fix=_way_out(str(error)),
        ) from error


def _way_out(problem: str) -> str:
    if "BuiltIn__" in problem:
        return (
            "Each df.Blueprint brings these functions, and func.FunctionApp takes them twice: "
            "write app = df.DFApp(), which takes them once."
        )
    return "Azure would load none of them until this is corrected."


def _import_script(app_folder: Path) -> ModuleType:
    script = app_folder / os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    if not script.is_file():
        raise AppRefused(
            f"'{app_folder}' has no {script.name}.",
            fix="Give the folder that holds function_app.py (Python programming model v2).",
        )
    sys.path.insert(0, str(app_folder))
    try:
        return importlib.import_module(script.stem)
    except Exception as error:
        raise AppRefused(
            f"'{script}' cannot be imported: {_where_it_broke(error)}.",
            fix="Azure would load no function of this app until this is corrected.",
        ) from error


def _where_it_broke(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.filename}, line {last.lineno})"


def _the_app(module: ModuleType) -> Any:
    apps = {
        id(value): value
        for value in vars(module).values()
        if isinstance(value, func.FunctionRegister)
    }
    if len(apps) == 1:
        return next(iter(apps.values()))
    count = "no FunctionApp" if not apps else f"{len(apps)} FunctionApps"
    raise AppRefused(
        f"'{module.__name__}.py' defines {count} at its top level.",
        fix="Define exactly one: app = df.DFApp() or app = func.FunctionApp().",
    )
