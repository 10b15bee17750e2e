"""Which models are known to treat each row by itself."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.decomposition import NMF, PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler
from sklearn.svm import SVC

from shared.scoring.child.mlflow.row_wise import may_multiply, reason_against

ROWS = np.random.default_rng(3).uniform(size=(40, 3))
LABELS = (ROWS[:, 0] > 0.5).astype(int)  # the middle

SUMS = FunctionTransformer(np.cumsum, kw_args={"axis": 0})


class Own(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
    """A user's class, whatever it inherits."""


def loaded(inner: Any, loader: str = "mlflow.sklearn") -> Any:
    return SimpleNamespace(
        metadata=SimpleNamespace(flavors={"python_function": {"loader_module": loader}}),
        _model_impl=SimpleNamespace(sklearn_model=inner, statsmodels_model=inner),
    )


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        GradientBoostingClassifier(n_estimators=2),
        HistGradientBoostingClassifier(max_iter=2),
        KNeighborsClassifier(),
        make_pipeline(StandardScaler(), PCA(2), LogisticRegression()),
        make_pipeline(make_column_transformer((StandardScaler(), [0, 1])), SVC()),
        TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1),
    ],
    ids=lambda model: type(model).__name__,
)
def test_estimators_of_the_library_and_pipelines_of_them_are_known(model: Any) -> None:
    assert "" == reason_against(loaded(model.fit(ROWS, LABELS)))


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (Own(), "test_row_wise.Own in it"),
        (make_pipeline(StandardScaler(), Own()), "test_row_wise.Own in it"),
        (
            make_pipeline(SUMS, LogisticRegression()),
            "FunctionTransf",
        ),
        (make_pipeline(FunctionTransformer(abs), LogisticRegression()), "FunctionTransformer"),
        (KNeighborsClassifier(metric=lambda a, b: abs(a - b).sum()), "<lambda> in it"),
        (make_pipeline(MinMaxScaler(), NMF(2), LogisticRegression()), "NMF in it"),
        (DummyClassifier(strategy="uniform"), "DummyClassifier in it"),
    ],
    ids=["own", "own in a pipeline", "of the column", "a function", "a metric", "NMF", "by chance"],
)
@pytest.mark.filterwarnings("ignore")
def test_what_is_a_users_own_or_looks_at_the_whole_is_not(model: Any, named: str) -> None:
    assert named in reason_against(loaded(model.fit(ROWS, LABELS)))


def test_a_python_function_is_not_known_and_a_formula_may_look_at_the_column() -> None:
    assert "mlflow.pyfunc.model" in reason_against(loaded(mean_of, "mlflow.pyfunc.model"))
    assert "an unknown one" in reason_against(object())
    results = type("Results", (), {"__module__": "statsmodels.regression.linear_model"})()
    assert "" == reason_against(loaded(results, "mlflow.statsmodels"))
    results.model = SimpleNamespace(formula="y ~ x - np.mean(x)")
    assert "formula" in reason_against(loaded(results, "mlflow.statsmodels"))


def mean_of(rows: Any) -> Any:
    return rows.mean()


FOREST = make_pipeline(
    make_column_transformer((StandardScaler(), [0]), (MinMaxScaler(), [1])),
    HistGradientBoostingClassifier(max_iter=2),
)


@pytest.mark.parametrize(
    ("model", "multiplies"),
    [
        (FOREST, False),
        (GradientBoostingClassifier(n_estimators=2), False),
        (GradientBoostingClassifier(n_estimators=2, init=LogisticRegression()), True),
        (BaggingClassifier(LogisticRegression(), n_estimators=2), True),
        (make_pipeline(PCA(2), HistGradientBoostingClassifier(max_iter=2)), True),
        (make_pipeline(Normalizer(), HistGradientBoostingClassifier(max_iter=2)), True),
        (LogisticRegression(), True),
        (KNeighborsClassifier(), True),
        (SVC(), True),
    ],
    ids=str,
)
def test_a_product_of_matrices_anywhere_in_it_may_depend_on_a_row_s_place(
    model: Any, *, multiplies: bool
) -> None:
    assert multiplies == may_multiply(loaded(model.fit(ROWS, LABELS)))


@pytest.mark.parametrize(
    ("loader", "multiplies"),
    [("mlflow.statsmodels", True), ("mlflow.xgboost", False), ("mlflow.lightgbm", False)],
)
def test_of_other_flavours_only_those_of_trees_do_not(loader: str, *, multiplies: bool) -> None:
    assert multiplies == may_multiply(loaded(object(), loader))
