"""A scoring script as a user writes it: one read_csv() and one predict() for each file."""

import os
from glob import glob
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

model: Any = None


def init() -> None:
    global model  # noqa: PLW0603  # the way scoring scripts are written
    model = joblib.load(glob(f"{os.environ['AZUREML_MODEL_DIR']}/*/model.joblib")[0])  # noqa: PTH207


def run(mini_batch: list[str]) -> pd.DataFrame:
    results = []
    for path in mini_batch:
        table = pd.read_csv(path)
        predictions = model.predict(table)
        columns = {"row": range(len(table)), "prediction": predictions, "file": Path(path).name}
        results.append(pd.DataFrame(columns))
    return pd.concat(results)
