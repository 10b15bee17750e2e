"""Which models leave nothing behind in the process that they score in.

Only those that MLflow loads and calls by its own code, and whose prediction is a function of the
rows. Where a user's code takes part - a class of theirs inside a pickled pipeline, too - or where
layers may keep a state, nobody knows.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from shared.scoring.models.pickled_names import Unknown, is_pickle, modules_of

_LOADERS = frozenset(
    f"mlflow.{flavor}"
    for flavor in ("catboost", "lightgbm", "onnx", "sklearn", "statsmodels", "xgboost")
)
# What their pickles name. Of other packages nobody knows what they keep, nor of functions and
# classes that were pickled themselves, which cloudpickle makes anew.
_LIBRARIES = frozenset(
    (
        *("catboost", "lightgbm", "sklearn", "statsmodels", "xgboost", "_loss", "joblib", "patsy"),
        *("numpy", "pandas", "pyarrow", "scipy", "dateutil", "pytz"),
        *("builtins", "__builtin__", "_codecs", "collections", "copyreg", "datetime", "decimal"),
        *("functools", "math", "operator", "re", "zoneinfo"),
    )
)
MODELS_CACHED = 64


@lru_cache(MODELS_CACHED)
def is_stateless(model: Path) -> bool:
    """Of a folder with an MLmodel; what cannot be read is not known to be stateless."""
    try:
        described = yaml.safe_load((model / "MLmodel").read_bytes())
    except (OSError, yaml.YAMLError):
        return False
    loaded = _mapping(_mapping(_mapping(described).get("flavors")).get("python_function"))
    has_code = bool(loaded.get("code") or loaded.get("python_model"))
    if loaded.get("loader_module") not in _LOADERS or has_code:
        return False
    return all(map(_is_of_libraries, model.rglob("*")))


def _is_of_libraries(path: Path) -> bool:
    """Whether a file of the model's brings no code of a user's."""
    try:
        if not path.is_file() or not is_pickle(path):
            return True
        return modules_of(path) <= _LIBRARIES
    except (OSError, Unknown):
        return False


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
