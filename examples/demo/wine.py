"""Real data and a real model: 178 wines of three cultivars, and a forest that tells them apart.

The data set ships with scikit-learn (Forina et al., UCI Machine Learning Repository, "Wine").
"""

import logging
from dataclasses import dataclass
from pathlib import Path

import mlflow.sklearn
import pandas as pd
from mlflow.models.signature import ModelSignature
from mlflow.types.schema import ColSpec, DataType, Schema
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

WHOLE_NUMBERS = ("magnesium", "proline")
WINES_PER_FILE = 5
BROKEN_FILE = "wines-17.csv"
BROKEN_VALUE = "a pinch"


@dataclass(frozen=True)
class Wines:
    """The wines as the model sees them (float32, int32), and as files to score."""

    table: pd.DataFrame
    cultivar: pd.Series

    def files(self) -> dict[str, str]:
        """CSV files of five wines each, by name; in one of them a value is not a number."""
        files = {}
        for start in range(0, len(self.table), WINES_PER_FILE):
            name = f"wines-{start // WINES_PER_FILE:02d}.csv"
            files[name] = self.table.iloc[start : start + WINES_PER_FILE].to_csv(index=False)
        header, first, *rest = files[BROKEN_FILE].splitlines()
        broken = ",".join([BROKEN_VALUE, *first.split(",")[1:]])
        return files | {BROKEN_FILE: "\n".join([header, broken, *rest]) + "\n"}


def load_wines() -> Wines:
    wine = load_wine(as_frame=True)
    kinds = {c: "int32" if c in WHOLE_NUMBERS else "float32" for c in wine.data.columns}
    return Wines(wine.data.astype(kinds), wine.target)


def save_model(wines: Wines, folder: Path) -> None:
    """Train a forest and save it as MLflow does, with 32-bit columns in its signature."""
    forest = RandomForestClassifier(n_estimators=25, random_state=0)
    forest.fit(wines.table, wines.cultivar)
    inputs = [
        ColSpec(DataType.integer if c in WHOLE_NUMBERS else DataType.float, c)
        for c in wines.table.columns
    ]
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # it advises other formats
    signature = ModelSignature(Schema(inputs), Schema([ColSpec(DataType.long)]))
    mlflow.sklearn.save_model(
        forest, str(folder), signature=signature, serialization_format="cloudpickle"
    )


def predict_directly(folder: Path, files: dict[str, str]) -> dict[tuple[str, int], str]:
    """What the model itself says of each readable wine, by file and row, without the service."""
    forest = mlflow.sklearn.load_model(str(folder))
    kinds = load_wines().table.dtypes.to_dict()
    expected = {}
    for name, text in files.items():
        lines = text.splitlines()
        if name == BROKEN_FILE:
            continue
        rows = [line.split(",") for line in lines[1:]]
        table = pd.DataFrame(rows, columns=lines[0].split(",")).astype(float).astype(kinds)
        for row, cultivar in enumerate(forest.predict(table)):
            expected[name, row] = str(cultivar)
    return expected
