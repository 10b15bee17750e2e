"""Makes the models of the MLflow tests, and scores one of them without any of our code.

Run as a program: `python model_maker.py FOLDER`. The models import MLflow, this process's
children do, and the test's own process need not.
"""

import json
import sys
from pathlib import Path

import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema
from sklearn.linear_model import LinearRegression

_ECHO = '''
import pandas as pd


class Echo:
    """Answers with what it was given, or with what the first cell of `ask` asks for."""

    def predict(self, frame):
        ask = str(frame["ask"].iloc[0]) if "ask" in frame else ""
        if ask == "raise":
            raise RuntimeError("cannot score this")
        if ask == "fewer":
            return [0] * (len(frame) - 1)
        if ask == "exit":
            raise SystemExit(5)
        if ask == "surrogate":
            return ["\\ud800"] * len(frame)
        kinds = ";".join("{}:{}".format(name, kind) for name, kind in frame.dtypes.items())
        return pd.DataFrame({"kinds": kinds, "values": [str(r) for r in frame.values.tolist()]})


def _load_pyfunc(path):
    return Echo()
'''

_MLMODEL = """flavors:
  python_function:
    loader_module: echo_model
    code: code
    python_version: 3.13.0
{signature}"""

_ECHO_COLUMNS = [
    ColSpec("float", "f"),
    ColSpec("double", "d"),
    ColSpec("integer", "i"),
    ColSpec("long", "l"),
    ColSpec("string", "s"),
    ColSpec("boolean", "b"),
    ColSpec("datetime", "t"),
    ColSpec("string", "ask", required=False),
]


def make_echo(folder: Path, signature: ModelSignature | None) -> None:
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "echo_model.py").write_text(_ECHO)
    described = json.dumps({"signature": signature.to_dict()})[1:-1] if signature else ""
    (folder / "MLmodel").write_text(_MLMODEL.format(signature=described))


def make_fares(folder: Path) -> None:
    """A model whose columns are 32 bits wide; its own predictions are in `expected.json`."""
    numbers = np.random.default_rng(7)
    table = pd.DataFrame(
        {
            "distance": numbers.uniform(0, 30, 200).astype(np.float32),
            "passengers": numbers.integers(1, 6, 200).astype(np.int32),
        }
    )
    fares = 2.5 + 1.7 * table["distance"] + 0.3 * table["passengers"]
    model = LinearRegression().fit(table, fares)
    inputs = Schema([ColSpec("float", "distance"), ColSpec("integer", "passengers")])
    mlflow.sklearn.save_model(
        model,
        folder / "fares",
        signature=ModelSignature(inputs=inputs),
        serialization_format="cloudpickle",
        pip_requirements=[],
    )
    table.to_csv(folder / "trips.csv", index=False)
    (folder / "expected.json").write_text(json.dumps(model.predict(table).tolist()))


def main(folder: Path) -> None:
    make_echo(folder / "echo", ModelSignature(inputs=Schema(_ECHO_COLUMNS)))
    make_echo(folder / "untyped", None)
    make_fares(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
