"""Which models leave nothing behind in the process that they score in.

Only those that MLflow loads and calls by its own code, and whose prediction is a function of the
rows. Where a user's code takes part, or where layers may keep a state, nobody knows.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_LOADERS = frozenset(
    f"mlflow.{flavor}"
    for flavor in ("catboost", "lightgbm", "onnx", "sklearn", "statsmodels", "xgboost")
)
MODELS_KEPT = 64


@lru_cache(MODELS_KEPT)
def is_stateless(model: Path) -> bool:
    """Of a folder with an MLmodel; what cannot be read is not known to be stateless."""
    try:
        described = yaml.safe_load((model / "MLmodel").read_bytes())
    except (OSError, yaml.YAMLError):
        return False
    loaded = _mapping(_mapping(_mapping(described).get("flavors")).get("python_function"))
    has_code = bool(loaded.get("code") or loaded.get("python_model"))
    return loaded.get("loader_module") in _LOADERS and not has_code


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
