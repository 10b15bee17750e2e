"""Modules that scripts import by habit, where the environment has none.

1. `azureml.core`: its names can be imported; a run's context logs to nobody, a model's path is the
   model's; using another name is an ImportError that says what to do.
2. `azureml_user.parallel_run`: `EntryScript`.
3. `mlflow`: logging goes nowhere, by a client of one's own neither. With MLflow installed its
   functions that log are replaced, for there is no tracking server; without, they are all there
   is. What only a server could tell is an error that says so. A deployment that sets
   MLFLOW_TRACKING_URI has a server of its own, and is left alone.

What is installed always comes first: a stand-in is asked last.
"""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .quiet_mlflow import CLIENT, CLIENT_MODULES, TRACKING, MlflowClient, Nothing, logs, quieten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class NotInstalled(ImportError):
    """A stand-in was used for what only the real thing can do."""


class _NotInstalledClass(type):
    """A class fit for annotations and imports, and for nothing else."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise _not_installed(f"{cls.__module__}.{cls.__name__}.{name}")

    def __call__(cls, *_: object, **__: object) -> Any:
        raise _not_installed(f"{cls.__module__}.{cls.__name__}")


class EntryScript:
    """What Azure's helper of this name offers a script."""

    scratch: Path

    def __init__(self) -> None:
        self.logger = logging.getLogger("EntryScript")
        self.agent_name = f"process{os.getpid()}"
        self.working_dir = str(self.scratch)
        self.output_dir = os.environ["AZUREML_BI_OUTPUT_PATH"]
        log_dir = self.scratch / "entry_script_log"
        log_dir.mkdir(exist_ok=True)
        self.log_dir = str(log_dir)


class _StandIn(Loader):
    def __init__(self, fill: Callable[[ModuleType], None]) -> None:
        self._fill = fill

    def exec_module(self, module: ModuleType) -> None:
        self._fill(module)


class _LastLoader(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  # the interpreter's signature
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        fill = _FILLS.get(fullname)
        if fill is None and fullname.startswith("azureml.core."):
            fill = _fill_azureml
        return ModuleSpec(fullname, _StandIn(fill), is_package=True) if fill else None


class _MlflowWithoutServer(MetaPathFinder):
    """Finds the real MLflow, and quietens it as soon as it is loaded."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        found = PathFinder.find_spec(fullname, path, target) if fullname == "mlflow" else None
        if found is None or found.loader is None:
            return None
        loader: Any = found.loader
        load = loader.exec_module

        def load_quietly(module: ModuleType) -> None:
            load(module)
            for module_name in CLIENT_MODULES:
                quieten(sys.modules.get(module_name))

        loader.exec_module = load_quietly
        return found


def install(scratch: Path) -> None:
    """Once: a process may have been prepared."""
    EntryScript.scratch = scratch
    if any(isinstance(finder, _LastLoader) for finder in sys.meta_path):
        return
    sys.meta_path.append(_LastLoader())
    if not os.environ.get(TRACKING):
        os.environ[TRACKING] = (scratch / "mlruns").as_uri()
        sys.meta_path.insert(0, _MlflowWithoutServer())


def _not_installed(name: str) -> NotInstalled:
    package = name.partition(".")[0]
    return NotInstalled(
        f"'{name}' cannot be used: {package} is not installed in the deployment's environment. "
        + (
            "The model lies under the folder that AZUREML_MODEL_DIR names."
            if package == "azureml"
            else f"Add {package} to its conda file."
        )
    )


def _fill_package(module: ModuleType) -> None:
    """A package is a package; its modules are found one by one."""


def _fill_azureml(module: ModuleType) -> None:
    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        known = _USABLE.get(name, {})
        return _NotInstalledClass(name, (), {"__module__": module.__name__, **known})

    module.__getattr__ = missing  # type: ignore[method-assign]  # a module's own hook


def _model_path(*_: object, **__: object) -> str:
    """Where the deployment's model lies, whatever it is called; scripts expect text."""
    folder = Path(os.environ["AZUREML_MODEL_DIR"])
    entries = list(folder.iterdir())
    return str(entries[0] if len(entries) == 1 else folder)


# What scripts do with Azure ML's classes by habit.
_USABLE: dict[str, dict[str, object]] = {
    "Run": {"get_context": Nothing()},
    "Model": {"get_model_path": staticmethod(_model_path)},
}


def _fill_mlflow(module: ModuleType) -> None:
    def logs_or_fails(name: str) -> Any:
        if logs(name):
            return Nothing()
        if name == CLIENT:
            return MlflowClient
        if name.startswith("__"):
            raise AttributeError(name)
        if f"{module.__name__}.{name}" in CLIENT_MODULES:
            return import_module(f"{module.__name__}.{name}")
        raise _not_installed(f"{module.__name__}.{name}")

    module.__getattr__ = logs_or_fails  # type: ignore[method-assign]  # a module's own hook


def _fill_parallel_run(module: ModuleType) -> None:
    module.EntryScript = EntryScript  # type: ignore[attr-defined]  # what a script imports


_FILLS: dict[str, Callable[[ModuleType], None]] = {
    "azureml": _fill_package,
    "azureml.core": _fill_azureml,
    "azureml_user": _fill_package,
    "azureml_user.parallel_run": _fill_parallel_run,
    **dict.fromkeys(CLIENT_MODULES, _fill_mlflow),
}
