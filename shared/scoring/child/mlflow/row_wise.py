"""Which models are known to treat each row by itself, so that files may be tried in one predict().

Those of libraries whose predict() has no eye for the other rows. Whatever is a user's own - a
`python_function`, an estimator's class, a function inside a pipeline - is not known.

Of those, some do to a row just the same wherever it stands: trees, and what works value by value. A
product of matrices does not, to the last digit: BLAS takes rows by fours or eights, and the rest in
another way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
# Modules of scikit-learn without a product of matrices, and single classes of others.
_WITHOUT_PRODUCTS = re.compile(
    r"sklearn\.(tree|ensemble|pipeline|compose|dummy|multioutput|model_selection|metrics|_loss"
    r"|feature_selection|utils)\b"
)
_VALUE_BY_VALUE = (
    *("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "Binarizer"),
    *("OneHotEncoder", "OrdinalEncoder", "LabelEncoder", "LabelBinarizer", "KBinsDiscretizer"),
    *("SimpleImputer", "MissingIndicator"),
)
_OF_FUNCTIONS = ("FunctionTransformer", "TransformedTargetRegressor")
_PLAIN = (type(None), bool, int, float, complex, str, bytes, range, slice, type, np.generic)
_MOST_PARTS = 200_000


def reason_against(model: Any) -> str:
    """Why files of this model do not share a predict(); empty where they may be tried."""
    flavour = _loader(model)
    if flavour not in _FLAVOURS:
        return f"its flavour, {flavour or 'an unknown one'}, is not known to treat rows alone"
    if flavour == "mlflow.statsmodels":
        return _against_statsmodels(_inner(model))
    return _against_parts(_inner(model))


def may_multiply(model: Any) -> bool:
    """Whether the last digit of a row may depend on where it stands among the others.

    Of a model that there is no reason against.
    """
    if _loader(model) != "mlflow.sklearn":
        return _loader(model) == "mlflow.statsmodels"
    return any(_multiplies(part) for part, _ in _walk(_inner(model)))


def _multiplies(part: Any) -> bool:
    kind = type(part)
    is_of_library = kind.__module__.split(".")[0] == _OPEN
    is_known = kind.__name__ in _VALUE_BY_VALUE or _WITHOUT_PRODUCTS.match(kind.__module__)
    return is_of_library and not is_known


def _inner(model: Any) -> Any:
    """The library's own object."""
    wrapper = getattr(model, "_model_impl", None)
    return getattr(wrapper, _FLAVOURS[_loader(model)], wrapper)


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
    for number, (part, inner) in enumerate(_walk(model), 1):
        if inner is None or number > _MOST_PARTS:
            return f"{_name(part)} in it is not known to treat rows alone"
    return ""


def _walk(model: Any) -> Iterator[tuple[Any, Iterable[Any] | None]]:
    """Every part, each once, with what it consists of."""
    seen: set[int] = set()
    rest = [model]
    while rest:
        part = rest.pop()
        if isinstance(part, _PLAIN) or id(part) in seen:
            continue
        seen.add(id(part))
        inner = _parts(part)
        yield part, inner
        rest.extend(inner or ())


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
