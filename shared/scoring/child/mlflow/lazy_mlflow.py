"""`import mlflow.pyfunc`, without what no prediction needs until somebody touches it.

MLflow imports with itself its judges of language models, its gateway's web server and Databricks'
client: a quarter to a half of what it costs to start. Here they are bound as ever, and are imported
when they are first used:

1. Submodules of `mlflow` that only its own namespace wants stand in it, as its flavours do.
2. `databricks.sdk` is a package, for its exceptions are wanted; its body runs later.
3. Who imports one of them gets it at once, the same object and the same errors.
4. If MLflow does not import so, it is imported as if this file were not there.
"""

from __future__ import annotations

import importlib
import logging
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.machinery import ModuleSpec

_LOG = logging.getLogger(__name__)
_ROOT = "mlflow"
_STANDING_IN = ("mlflow.genai", "mlflow.gateway")
_BODY_LATER = "databricks.sdk"


def import_pyfunc() -> ModuleType:
    """The module `mlflow.pyfunc`; raises what importing it raises."""
    if _ROOT in sys.modules:  # a start-up file's doing: it is paid for
        return importlib.import_module("mlflow.pyfunc")
    before = frozenset(sys.modules)
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        pyfunc = importlib.import_module("mlflow.pyfunc")
    except Exception as error:  # noqa: BLE001  # plainly imported it is the user's to see
        _LOG.debug("MLflow is imported anew, as a whole: %s", error)
        finder.leave()
        for name in _of_mlflow(frozenset(sys.modules) - before):
            sys.modules.pop(name, None)
        return importlib.import_module("mlflow.pyfunc")
    finder.settle()
    return pyfunc


def _of_mlflow(names: frozenset[str]) -> Iterator[str]:
    for name in names:
        if name == _ROOT or name.startswith((_ROOT + ".", _BODY_LATER)):
            yield name


class _Later(ModuleType):
    """A module whose body has not run: to ask for anything in it imports it, into this object."""

    def __getattribute__(self, name: str) -> Any:
        own = _own(self)
        if name == "__class__":
            return ModuleType
        if name != "__dict__" and own.get(name) is not None:
            return own[name]  # what the import system needs, and submodules that are there
        found = _imported(self)
        return ModuleType.__getattribute__(found, name) if found is self else getattr(found, name)

    def __setattr__(self, name: str, value: Any) -> None:
        is_submodule = isinstance(value, ModuleType) and _own(value)["__name__"].endswith(
            "." + name
        )
        found = self if name.startswith("__") or is_submodule else _imported(self)
        if found is self:
            ModuleType.__setattr__(self, name, value)
        else:
            setattr(found, name, value)

    def __delattr__(self, name: str) -> None:
        found = _imported(self)
        if found is self:
            ModuleType.__delattr__(self, name)
        else:
            delattr(found, name)

    def __dir__(self) -> list[str]:
        return list(self.__dict__)


class _Running(_Later):
    """Its body runs, in a thread that sees what is there; the others wait for the import's end."""


def _own(module: ModuleType) -> dict[str, Any]:
    return ModuleType.__getattribute__(module, "__dict__")  # type: ignore[no-any-return]  # a module's is one


def _become(module: ModuleType, kind: type[ModuleType]) -> None:
    object.__setattr__(module, "__class__", kind)


def _make_anew(module: ModuleType) -> None:
    """Its body failed, as MLflow's own does where it imports its judges too early, and goes on."""
    own = _own(module)
    name = own["__name__"]
    own.clear()
    own.update(vars(ModuleType(name)))
    _become(module, _Later)


def _imported(module: ModuleType) -> ModuleType:
    """By the import system, with its locks. What fails is not there, as after a failed import."""
    name = _own(module)["__name__"]
    if type(module) is _Later and sys.modules.get(name) is module:
        sys.modules.pop(name, None)
    try:
        return importlib.import_module(name)
    except Exception as error:
        parent, _, last = name.rpartition(".")
        raise AttributeError(f"module {parent!r} has no attribute {last!r}: {error}") from error


class _Finder:
    """First of the finders, for MLflow and for what is imported later; found by path alone."""

    def __init__(self) -> None:
        self._later: dict[str, _Later] = {}
        self._is_settled = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_early = not self._is_settled and name in (_ROOT, _BODY_LATER)
        if not is_early and name not in self._later:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None or spec.submodule_search_locations is None:
            return None
        spec.loader = self._loader(name, spec)
        return spec

    def _loader(self, name: str, spec: ModuleSpec) -> Any:
        if name == _ROOT:
            return _Into(spec.loader, self._root(spec))
        if name in self._later:
            return _Into(spec.loader, self._later[name], lambda: self._later.pop(name, None))
        self._later[name] = _Later(name)
        return _BodyLater(spec.loader, self._later[name])

    def _root(self, spec: ModuleSpec) -> ModuleType:
        """Without all of them it is an MLflow of another time, which may not import them at all."""
        root, places = ModuleType(_ROOT), spec.submodule_search_locations
        if all(PathFinder.find_spec(name, places) for name in _STANDING_IN):
            for name in _STANDING_IN:
                self._later[name] = _Later(name)
                setattr(root, name.rpartition(".")[2], self._later[name])
        return root

    def settle(self) -> None:
        """MLflow is there. From now on whoever imports what is to come later has it run."""
        self._is_settled = True
        for name, module in self._later.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]

    def leave(self) -> None:
        with suppress(ValueError):  # somebody else's finder took it out
            sys.meta_path.remove(self)


class _Into:
    """Loads a module into an object that is there already; then it is as any other."""

    def __init__(
        self, real: Any, module: ModuleType, on_load: Callable[[], object] = lambda: None
    ) -> None:
        self._real = real
        self._module = module
        self._on_load = on_load

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """With all that the import system looks for."""
        _own(self._module).update(
            __spec__=spec,
            __loader__=self._real,
            __package__=spec.name,
            __path__=spec.submodule_search_locations,
            __file__=spec.origin,
            __cached__=spec.cached,
        )
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        self._tell_loader(module)
        is_later = type(module) is _Later
        if is_later:
            _become(module, _Running)
        try:
            self._real.exec_module(module)
        except BaseException:
            if is_later:
                _make_anew(module)
            raise
        _become(module, ModuleType)
        self._on_load()

    def _tell_loader(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._real


class _BodyLater(_Into):
    """Makes a package that submodules can be imported from."""

    def exec_module(self, module: ModuleType) -> None:
        self._tell_loader(module)
