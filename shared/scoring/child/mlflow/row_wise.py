"""Which models are known to treat each row by itself, so that files may be tried in one predict().

Those of libraries whose predict() has no eye for the other rows. Whatever is a user's own - a
`python_function`, an estimator's class, a function inside a pipeline - is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

# The loader that MLmodel names, and where its wrapper keeps the library's own object.
_FLAVOURS = {
    "mlflow.sklearn": "sklearn_model",
    "mlflow.xgboost": "xgb_model",
    "mlflow.lightgbm": "lgb_model",
    "mlflow.catboost": "cb_model",
    "mlflow.statsmodels": "statsmodels_model",
}
# Whose parts are looked at, too.
_OPEN = "sklearn"
_CLOSED = ("xgboost", "lightgbm", "catboost", "numpy", "scipy", "pandas")
_STATSMODELS = (
    "statsmodels.regression.linear_model",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.discrete.discrete_model",
)
# They fit, or draw, or stop by the whole of what they are given.
_BY_THE_WHOLE = ("NMF", "MiniBatchNMF", "IterativeImputer")
_DRAWING = ("stratified", "uniform")
_OF_FUNCTIONS = ("FunctionTransformer", "TransformedTargetRegressor")
_PLAIN = (type(None), bool, int, float, complex, str, bytes, range, slice, type, np.generic)
_MOST_PARTS = 200_000


def reason_against(model: Any) -> str:
    """Why files of this model do not share a predict(); empty where they may be tried."""
    flavour = _loader(model)
    if flavour not in _FLAVOURS:
        return f"its flavour, {flavour or 'an unknown one'}, is not known to treat rows alone"
    inner = getattr(model, "_model_impl", None)
    inner = getattr(inner, _FLAVOURS[flavour], inner)
    if flavour == "mlflow.statsmodels":
        return _against_statsmodels(inner)
    return _against_parts(inner)


def _loader(model: Any) -> str:
    flavours = getattr(getattr(model, "metadata", None), "flavors", None) or {}
    return str(flavours.get("python_function", {}).get("loader_module", ""))


def _against_statsmodels(results: Any) -> str:
    """A formula may look at the whole column."""
    if type(results).__module__ not in _STATSMODELS:
        return f"{_name(results)} is not known to treat rows alone"
    has_formula = getattr(getattr(results, "model", None), "formula", None) is not None
    return "its formula may look at the whole column" if has_formula else ""


def _against_parts(model: Any) -> str:
    seen: set[int] = set()
    rest = [model]
    while rest:
        part = rest.pop()
        if isinstance(part, _PLAIN) or id(part) in seen:
            continue
        seen.add(id(part))
        inner = _parts(part)
        if inner is None or len(seen) > _MOST_PARTS:
            return f"{_name(part)} in it is not known to treat rows alone"
        rest.extend(inner)
    return ""


def _parts(thing: Any) -> Iterable[Any] | None:
    """What a part consists of; None where it is not known itself."""
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, (list, tuple, set, frozenset)):
        return thing
    if isinstance(thing, np.ndarray):
        return thing.ravel().tolist() if thing.dtype.kind == "O" else ()
    if type(thing).__module__.split(".")[0] == _OPEN:
        return _parts_of_estimator(thing)
    return () if _is_closed(thing) else None


def _is_closed(thing: Any) -> bool:
    """A part that is known by its library; of its functions only those of single values."""
    if isinstance(thing, (np.ufunc, np.dtype, re.Pattern)):
        return True
    if callable(thing) and not hasattr(thing, "predict"):
        return str(getattr(thing, "__module__", "")).split(".")[0] == _OPEN
    return type(thing).__module__.split(".")[0] in _CLOSED


def _parts_of_estimator(thing: Any) -> Iterable[Any] | None:
    parts = getattr(thing, "__dict__", {})
    draws = type(thing).__name__ == "DummyClassifier" and parts.get("strategy") in _DRAWING
    if draws or type(thing).__name__ in _BY_THE_WHOLE:
        return None
    if type(thing).__name__ in _OF_FUNCTIONS:
        functions = [value for name, value in parts.items() if name.endswith("func")]
        if not all(one is None or isinstance(one, np.ufunc) for one in functions):
            return None
    return list(parts.values())


def _name(thing: Any) -> str:
    kind = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{kind.__module__}.{kind.__qualname__}"
