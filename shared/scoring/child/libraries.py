"""Which libraries a process has imported, so that another one can import them ahead of its `init`.

1. Only those count whose import does the same whoever does it, and when; from the folders that the
   process found libraries in when it began.
2. Nothing counts where the deployment may have changed what an import does: it has set variables
   that libraries read, or uses a library that patches others.
3. A process that imports ahead ends if it does not go as it went before: a library asks for a
   module of the deployment's own, or fails.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .messages import Imported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Slow to import; they have no say in what others' imports do, and heed no working folder.
_LIBRARIES = frozenset(
    {
        "PIL",
        "catboost",
        "cloudpickle",
        "dateutil",
        "imageio",
        "joblib",
        "lightgbm",
        "mlflow",
        "numexpr",
        "numpy",
        "onnxruntime",
        "pandas",
        "patsy",
        "polars",
        "pyarrow",
        "pytz",
        "safetensors",
        "scipy",
        "skimage",
        "sklearn",
        "skops",
        "statsmodels",
        "threadpoolctl",
        "tokenizers",
        "torch",
        "torchvision",
        "tzdata",
        "xgboost",
        "yaml",
    }
)
# They change others' modules, or Python's own: what they met before counts.
_PATCHING = frozenset(
    {
        "cudf",
        "cuml",
        "daal4py",
        "eventlet",
        "fireducks",
        "gevent",
        "intel_extension_for_pytorch",
        "modin",
        "onedal",
        "sklearnex",
    }
)
# Set by the libraries themselves, and by us: no library reads them while it is imported.
_UNREAD = frozenset(
    {
        "KMP_DUPLICATE_LIB_OK",
        "KMP_INIT_AT_FORK",
        "MLFLOW_TRACKING_URI",
        "_MLFLOW_TELEMETRY_SESSION_ID",
    }
)
_FOLDERS = ("site-packages", "dist-packages")
# An environment with all of them has 6,000; who has more has generated them.
_MOST = 10_000


class Unfit(BaseException):
    """An import goes another way than it went; no library may take it for a missing module."""


class ImportRecord:
    """Begins before anything of the deployment is imported."""

    def __init__(self) -> None:
        entries = (entry.rstrip(os.sep) for entry in sys.path)
        libraries = [entry for entry in entries if Path(entry).name in _FOLDERS]
        self._folders = tuple(entry + os.sep for entry in libraries)
        self._known = (*self._folders, str(Path(os.__file__).parent) + os.sep)
        self._variables = _variables()
        self._told: set[str] = set()

    def news(self) -> Imported:
        """What was imported since the last call, as far as it may be imported ahead."""
        modules = [one for one in list(sys.modules.items()) if one[0] not in self._told]
        self._told.update(name for name, _ in modules)
        tops = {name.partition(".")[0] for name in list(sys.modules)}
        if self._variables != _variables() or not _PATCHING.isdisjoint(tops):
            return Imported()
        libraries = tuple(name for name, module in modules if self._is_library(name, module))
        if len(libraries) > _MOST:
            return Imported()
        return Imported(libraries, tuple(self._own(modules)))

    def _is_library(self, name: str, module: Any) -> bool:
        if name.partition(".")[0] not in _LIBRARIES:
            return False
        has_its_name = getattr(_attribute(module, "__spec__"), "name", "") == name
        return has_its_name and _place(module).startswith(self._folders)

    def _own(self, modules: Iterable[tuple[str, Any]]) -> Iterator[str]:
        """Those that are neither libraries' nor Python's, without the modules in their packages."""
        found: set[str] = set()
        for name, module in modules:
            place = _place(module)
            if place and not place.startswith(self._known):
                found.add(name)
                if name.rpartition(".")[0] not in found:
                    yield name


def import_ahead(names: Iterable[str]) -> None:
    for name in names:
        importlib.import_module(name)


@contextmanager
def without(own: Iterable[str]) -> Iterator[None]:
    """Raises Unfit where a library asks for one of these modules."""
    guard = _Guard(frozenset(own))
    sys.meta_path.insert(0, guard)
    try:
        yield
    finally:
        sys.meta_path.remove(guard)


class _Guard:
    def __init__(self, own: frozenset[str]) -> None:
        self._own = own

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002  # the interpreter's signature
        if name in self._own:
            raise Unfit(name)


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _UNREAD}


def _place(module: Any) -> str:
    """The module's file, or its first folder; '' of one that has neither."""
    file = _attribute(module, "__file__")
    if isinstance(file, str):
        return file
    try:
        return str(next(iter(_attribute(module, "__path__") or ())))
    except (TypeError, StopIteration, KeyError):
        return ""


def _attribute(module: Any, name: str) -> Any:
    """As it lies there: to ask some modules imports them."""
    try:
        return object.__getattribute__(module, "__dict__").get(name)
    except AttributeError:
        return None
