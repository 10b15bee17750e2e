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
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec
from sklearn.linear_model import LinearRegression

_ECHO = '''
import pandas as pd


class Echo:
    """Answers with what it was given, or with what the first cell of `ask` asks for."""

    def predict(self, frame, params=None):
        ask = str(frame["ask"].iloc[0]) if "ask" in frame and len(frame) else ""
        if ask == "raise":
            raise RuntimeError("cannot score this")
        if ask == "fewer":
            return [0] * (len(frame) - 1)
        if ask == "params":
            return [params] * len(frame)
        if ask == "exit":
            raise SystemExit(5)
        if ask == "surrogate":
            return ["\\ud800"] * len(frame)
        kinds = ";".join("{}:{}".format(name, kind) for name, kind in frame.dtypes.items())
        return pd.DataFrame({"kinds": kinds, "values": [str(r) for r in frame.values.tolist()]})


def _load_pyfunc(path):
    return Echo()
'''

_PIXELS = '''
import numpy


class Tensor:
    """As a framework's: numpy can read it, and it is no array."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values


class Pixels:
    """Answers with what each image adds up to, and with how many share the call."""

    def predict(self, images):
        sums = images.reshape(len(images), -1).sum(axis=1).astype("float32")
        return Tensor(numpy.stack([sums + 0.25 * len(images), sums + 0.5], axis=1))


def _load_pyfunc(path):
    return Pixels()
'''

_MLMODEL = """flavors:
  python_function:
    loader_module: {module}
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


def make_model(folder: Path, source: str, signature: ModelSignature | None) -> None:
    module = f"{folder.name}_model"
    (folder / "code").mkdir(parents=True)
    (folder / "code" / f"{module}.py").write_text(source)
    described = json.dumps({"signature": signature.to_dict()})[1:-1] if signature else ""
    (folder / "MLmodel").write_text(_MLMODEL.format(module=module, signature=described))


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
    columns = ModelSignature(
        inputs=Schema(_ECHO_COLUMNS), params=ParamSchema([ParamSpec("limit", "long", 3)])
    )
    image = ModelSignature(inputs=Schema([TensorSpec(np.dtype("uint8"), (-1, 4, 6, 3))]))
    make_model(folder / "echo", _ECHO, columns)
    make_model(folder / "untyped", _ECHO, None)
    make_model(folder / "pixels", _PIXELS, image)
    make_fares(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
