"""Models of every shape of signature that MLflow writes, and what each sees of the same table.

Run as a program, from the repository: `python signature_models.py FOLDER`. For each shape it saves
a model that answers with what it was given, a text for each row. FOLDER/seen.json then has what
MLflow's own `load_model().predict(frame)` said, also of `pandas.read_parquet(file)` where it takes
that, and what was scored of a csv, jsonl and parquet file of that table, or why not.
"""

import copy
import csv
import json
import sys
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from mlflow.models import ModelSignature

from shared.scoring.child.messages import RunRequest
from shared.scoring.child.mlflow import mlflow_driver
from tests.scoring.signature_shapes import Shape, shapes

_SEES = """
import datetime
from typing import Any, Optional

import mlflow
import numpy
import pandas
import pydantic


class Order(pydantic.BaseModel):
    sku: str
    amount: float = 1.0
    express: bool = False
    note: Optional[str] = None
    count: Optional[int] = None
    at: Optional[datetime.datetime] = None


class Aliased(pydantic.BaseModel):
    sku: str = pydantic.Field(default="none", alias="Article")


class Basket(pydantic.BaseModel):
    owner: str
    orders: list[Order]


def tell(value):
    if isinstance(value, pydantic.BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        return {key: tell(inner) for key, inner in value.items()}
    if isinstance(value, (list, numpy.ndarray)):
        dtype = str(getattr(value, "dtype", ""))
        return [type(value).__name__, dtype, *(tell(inner) for inner in value)]
    if not isinstance(value, (str, bytes)) and pandas.isna(value):
        return "missing"
    return (type(value).__name__, str(value))


def rows(seen):
    if isinstance(seen, pandas.DataFrame):
        return [
            [(name, type(name).__name__, tell(seen[name].iloc[row])) for name in seen.columns]
            for row in range(len(seen))
        ]
    if isinstance(seen, dict):
        return [
            [(name, tell(values[row])) for name, values in seen.items()]
            for row in range(len(next(iter(seen.values()))))
        ]
    return [tell(value) for value in seen]


class Sees(mlflow.pyfunc.PythonModel):
    def predict(self, {argument}, params=None):
        return [str((row, params)) for row in rows(model_input)]


mlflow.models.set_model(Sees())
"""


def save(shape: Shape, folder: Path) -> None:
    source = folder / "sees.py"
    argument = f"model_input: {shape.hint}" if shape.hint else "model_input"
    source.write_text(_SEES.replace("{argument}", argument))
    signature = ModelSignature(shape.schema, params=shape.params) if shape.schema else None
    mlflow.pyfunc.save_model(
        folder / shape.name, python_model=str(source), signature=signature, pip_requirements=[]
    )


def files(shape: Shape, folder: Path) -> list[Path]:
    table = copy.deepcopy(shape.table)  # MLflow casts inside the objects it is given
    frame = pd.DataFrame(table).astype(object)
    paths = [folder / f"table.{kind}" for kind in ("csv", "jsonl", "parquet")]
    frame.to_csv(paths[0], index=False)
    paths[1].write_text("".join(json.dumps(row) + "\n" for row in table))
    pq.write_table(shape.arrow or pa.Table.from_pylist(table), paths[2])
    return paths


def scored(model: Path, paths: list[Path], folder: Path) -> dict[str, Any]:
    """By kind of file: the texts of its rows, or the message of its failure."""
    run, output = mlflow_driver.load(mlflow.pyfunc, str(model)), folder / "output"
    told: dict[str, Any] = {}
    for path in paths:
        done = run(RunRequest(((str(path), path.name),), str(output)))
        rows = [row[1] for row in csv.reader(output.read_text().splitlines())]
        told[path.suffix[1:]] = done.failures[0].message if done.failures else rows
    return told


def of_parquet(model: Any, path: Path) -> Any:
    """None where MLflow refuses its own reading."""
    try:
        return model.predict(pd.read_parquet(path))
    except Exception:  # noqa: BLE001  # MLflow's, pydantic's and numpy's
        return None


def main(folder: Path) -> None:
    seen = {}
    for shape in shapes():
        save(shape, folder)
        paths = files(shape, folder)
        model = mlflow.pyfunc.load_model(str(folder / shape.name))
        seen[shape.name] = {
            "mlflow": model.predict(shape.frame),
            "mlflow of parquet": of_parquet(model, paths[-1]),
            **scored(folder / shape.name, paths, folder),
        }
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
