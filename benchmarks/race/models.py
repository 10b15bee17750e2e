"""The models that score the sets, trained once: one for tables, one for images of digits.

`<folder>/<kind>/joblib/model.joblib` is what a script loads; `<folder>/tables/mlflow` is the model
of tables as MLflow saves it.
"""

import logging
from pathlib import Path

import joblib
import mlflow.sklearn
import numpy as np
import pandas as pd
import sklearn
from mlflow.models.signature import ModelSignature
from mlflow.types.schema import ColSpec, DataType, Schema
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.race.sets import COLUMNS, SEED, digits, pixels_of

TABLES, IMAGES = "tables", "images"
ROWS, NOISE = 5_000, 0.3
MOST_STEPS = 1_000


def made_models(cache: Path) -> Path:
    """The folder of the models; they are trained if this scikit-learn has not done so yet."""
    folder = cache / f"models-scikit-learn-{sklearn.__version__}"
    finished = folder / "finished"
    if not finished.exists():
        _save(_images(), folder / IMAGES)
        table, labels = _table_to_learn()
        tables = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, labels)
        _save(tables, folder / TABLES)
        _save_for_mlflow(tables, folder / TABLES / "mlflow")
        finished.touch()
    return folder


def _table_to_learn() -> tuple[pd.DataFrame, pd.Series]:
    random = np.random.default_rng(SEED)
    table = pd.DataFrame(random.normal(size=(ROWS, len(COLUMNS))), columns=COLUMNS)
    score = table.f0 + table.f1 * table.f2 + random.normal(0, NOISE, ROWS)
    return table, (score > 0).astype("int64")


def _images() -> Pipeline:
    images, labels = digits()
    pixels = np.stack([pixels_of(image).ravel() for image in images])
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=MOST_STEPS)).fit(
        pixels, labels
    )


def _save(model: Pipeline, folder: Path) -> None:
    (folder / "joblib").mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / "joblib" / "model.joblib")


def _save_for_mlflow(model: Pipeline, folder: Path) -> None:
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # it advises other formats
    if folder.exists():
        return
    inputs = Schema([ColSpec(DataType.double, column) for column in COLUMNS])
    signature = ModelSignature(inputs, Schema([ColSpec(DataType.long)]))
    half = folder.with_name("half")
    mlflow.sklearn.save_model(
        model, str(half), signature=signature, serialization_format="cloudpickle"
    )
    half.replace(folder)
