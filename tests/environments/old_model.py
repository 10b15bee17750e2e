"""Makes a model with an old MLflow and an old scikit-learn: `python old_model.py FOLDER`.

Run by an interpreter of that time: the syntax stays at Python 3.7.
"""

import json
import sys

import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema
from sklearn.ensemble import RandomForestClassifier


def main(folder: str) -> None:
    numbers = np.random.RandomState(7)
    table = pd.DataFrame(
        {
            "distance": numbers.uniform(0, 30, 50).astype(np.float32),
            "passengers": numbers.randint(1, 6, 50).astype(np.int32),
        }
    )
    model = RandomForestClassifier(10, random_state=7).fit(table, table["distance"] > 10)
    mlflow.sklearn.save_model(
        model,
        folder + "/model",
        signature=ModelSignature(
            Schema([ColSpec("float", "distance"), ColSpec("integer", "passengers")])
        ),
        pip_requirements=["mlflow-skinny==1.30.1", "scikit-learn==0.22.2.post1"],
    )
    table.to_csv(folder + "/trips.csv", index=False)
    with open(folder + "/expected.json", "w") as expected:  # noqa: PTH123  # as in its time
        json.dump([str(answer) for answer in model.predict(table)], expected)


if __name__ == "__main__":
    main(sys.argv[1])
