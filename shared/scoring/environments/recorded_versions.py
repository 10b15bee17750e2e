"""What an MLflow model was saved with, as MLmodel records it, beside what will run.

Pickles of one version of a library may not load, or compute something else, with another.
"""

import platform
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

# MLflow's flavors name the version of their library so, and the library as pip does.
_FIELDS = {
    "catboost_version": "catboost",
    "cloudpickle_version": "cloudpickle",
    "fastai_version": "fastai",
    "keras_version": "keras",
    "lgb_version": "lightgbm",
    "onnx_version": "onnx",
    "pmdarima_version": "pmdarima",
    "prophet_version": "prophet",
    "pyspark_version": "pyspark",
    "pytorch_version": "torch",
    "sentence_transformers_version": "sentence-transformers",
    "sklearn_version": "scikit-learn",
    "spacy_version": "spacy",
    "statsmodels_version": "statsmodels",
    "tensorflow_version": "tensorflow",
    "transformers_version": "transformers",
    "xgb_version": "xgboost",
}
# Of foreign texts, in notes.
_LONGEST_QUOTE = 40
# Python's patch releases run the same code; libraries' are what pickles break on.
_MINOR = 2

type Versions = Callable[[str], str | None]


def of_service(name: str) -> str | None:
    """The version that the service's own interpreter has."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def of_environment(python: Path) -> Versions:
    """The versions that a built environment has: nothing of it is run to find out."""
    folders = python.parent.parent.glob("lib/python*/site-packages")
    found = {
        canonicalize_name(one.name): one.version
        for one in distributions(path=[str(folder) for folder in folders])
    }
    return lambda name: found.get(canonicalize_name(name))


def differences(
    described: Mapping[str, Any], versions: Versions, python: str = ""
) -> tuple[str, ...]:
    """One sentence for each library, and for Python, that is not what the model was saved with."""
    runs = python or platform.python_version()
    saved = _python(described)
    found = list[str]()
    if saved and _release(saved)[:_MINOR] != _release(runs)[:_MINOR]:
        found.append(_describe_difference("Python", saved, runs))
    for name, recorded in sorted(_libraries(described)):
        installed = versions(name)
        if installed is None:
            found.append(f"The model was saved with {name} {recorded}, which is not installed.")
        elif _release(installed) != _release(recorded):
            found.append(_describe_difference(name, recorded, installed))
    return tuple(found)


def _describe_difference(name: str, saved: str, runs: str) -> str:
    return f"The model was saved with {name} {saved}, and runs with {runs}."


def _python(described: Mapping[str, Any]) -> str:
    for flavor in _flavors(described):
        for field in ("python_version", "py_version"):
            if isinstance(flavor.get(field), str):
                return str(flavor[field])[:_LONGEST_QUOTE]
    return ""


def _libraries(described: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {
        (name, value[:_LONGEST_QUOTE])
        for flavor in _flavors(described)
        for field, name in _FIELDS.items()
        if isinstance(value := flavor.get(field), str) and value
    }


def _flavors(described: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    flavors = described.get("flavors")
    if isinstance(flavors, Mapping):
        yield from (one for one in flavors.values() if isinstance(one, Mapping))


def _release(text: str) -> tuple[int, ...]:
    """Without trailing zeros, and without what a distributor appends."""
    try:
        release = list(Version(text).release)
    except InvalidVersion:
        return ()
    while release and not release[-1]:
        release.pop()
    return tuple(release)
