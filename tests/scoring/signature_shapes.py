"""Every shape of signature that MLflow writes, each with a table that fits it."""

import base64
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType, Array, DataType, Map, Object, Property

WHEN = "2020-01-02T03:04:05"
BYTES = b"\x00\xff bytes"


@dataclass(frozen=True)
class Shape:
    """`frame` is what MLflow is asked with, and `table` the same as JSON has it.

    `arrow` has the types of the parquet file, where JSON has none.
    """

    name: str
    frame: pd.DataFrame
    table: list[dict[str, Any]]
    arrow: pa.Table | None = None
    hint: str = ""
    schema: Schema | None = None
    params: ParamSchema | None = None


def _orders() -> list[dict[str, Any]]:
    return [
        {"sku": "abc", "amount": 2.5, "express": True, "note": "x", "count": 3, "at": WHEN},
        {"sku": "de", "amount": 3.5, "express": False, "note": None, "count": None, "at": WHEN},
    ]


def _order_frame() -> pd.DataFrame:
    frame = pd.DataFrame(_orders()).astype({"count": object, "note": object})
    frame["count"] = pd.Series([3, None], dtype=object)
    return frame.assign(at=pd.to_datetime(frame["at"]))


def _plain(name: str, values: list[Any], **shape: Any) -> Shape:
    table = [{"x": value} for value in values]
    return Shape(name, pd.DataFrame(table), table, **shape)


def _of_types() -> Shape:
    columns = {
        "integer": pd.Series([1, 2], dtype="int32"),
        "long": pd.Series([1, 2]),
        "float": pd.Series([1.5, 2.5], dtype="float32"),
        "double": pd.Series([1.5, None]),
        "string": pd.Series(["a", "007"], dtype=object),
        "boolean": pd.Series([True, None], dtype=object),
        "datetime": pd.to_datetime(pd.Series([WHEN, WHEN])),
        "binary": pd.Series([BYTES, None], dtype=object),
    }
    coded = base64.b64encode(BYTES).decode()
    rows = pd.DataFrame(columns).astype(object)
    rows["datetime"], rows["binary"] = WHEN, pd.Series([coded, None], dtype=object)
    table = json.loads(rows.to_json(orient="records"))
    schema = Schema([ColSpec(kind, kind) for kind in columns])
    return Shape("columns of all types", pd.DataFrame(columns), table, schema=schema)


def _numbered() -> list[Shape]:
    shapes = []
    for what, names in (("integers", [0, 1]), ("floats", [0.5, 1.0]), ("booleans", [True, 7])):
        table = [{str(name): 1.5 + at for at, name in enumerate(names)}] * 2
        frame = pd.DataFrame([[1.5, 2.5]] * 2, columns=pd.Index(names, dtype=object))
        schema = Schema([ColSpec("double", name) for name in names])
        shapes.append(Shape(f"columns named by {what}", frame, table, schema=schema))
    return shapes


def _nested() -> Shape:
    value = Object([Property("a", DataType.long), Property("b", DataType.string, required=False)])
    columns: dict[str, tuple[Any, Any]] = {
        "object": (value, {"a": 1}),
        "array": (Array(DataType.double), [1.5, 2.0]),
        "objects": (Array(value), [{"a": 1, "b": "x"}]),
        "map": (Map(DataType.long), {"k": 1}),
        "any": (AnyType(), {"what": ["ever"]}),
    }
    schema = Schema([ColSpec(kind, name) for name, (kind, _) in columns.items()])
    table = [{name: cell for name, (_, cell) in columns.items()}]
    return Shape("nested columns", pd.DataFrame(table), table, schema=schema)


def _arrays() -> Shape:
    """Arrays of every type, with what a file that is made for the model has in them."""
    moment = dt.datetime.fromisoformat(WHEN)
    columns: dict[str, tuple[Any, pa.DataType, list[Any]]] = {
        "double": (DataType.double, pa.float64(), [1.5, None]),
        "float": (DataType.float, pa.float32(), [1.5, None]),
        "long": (DataType.long, pa.int64(), [1, 2]),
        "integer": (DataType.integer, pa.int32(), [1, 2]),
        "string": (DataType.string, pa.string(), ["a", "bc"]),
        "boolean": (DataType.boolean, pa.bool_(), [True, False]),
        "binary": (DataType.binary, pa.binary(), [b"a", b"bc"]),
        "datetime": (DataType.datetime, pa.timestamp("us"), [moment, None]),
        "arrays": (Array(DataType.double), pa.list_(pa.float64()), [[1.5], [2.5]]),
    }
    schema = Schema([ColSpec(Array(kind), name) for name, (kind, _, _) in columns.items()])
    arrow = pa.table(
        {
            name: pa.array([cell, cell[:1], []], type=pa.list_(kind))
            for name, (_, kind, cell) in columns.items()
        }
    )
    table = [{name: [1] for name in columns} | {"datetime": [WHEN], "arrays": [[1.5]]}]
    return Shape("arrays of all types", arrow.to_pandas(), table, arrow, schema=schema)


def _tensors() -> list[Shape]:
    flat = [{"a": 1.5, "b": 2.5}, {"a": 3.5, "b": 4.5}]
    listed = [{"x": [1.5, 2.5]}, {"x": [3.5, 4.5]}]
    double = np.dtype("float64")
    return [
        Shape(
            "tensor of columns",
            pd.DataFrame(flat),
            flat,
            schema=Schema([TensorSpec(double, (-1, 2))]),
        ),
        Shape(
            "tensor of lists",
            pd.DataFrame(listed),
            listed,
            schema=Schema([TensorSpec(double, (-1, 2))]),
        ),
        Shape(
            "tensors with names",
            pd.DataFrame(flat),
            flat,
            schema=Schema([TensorSpec(double, (-1,), "b"), TensorSpec(double, (-1, 1), "a")]),
        ),
    ]


def _hinted() -> list[Shape]:
    article = [{"Article": "abc"}]
    basket = [{"owner": "me", "orders": [{"sku": "a"}, {"sku": "b", "amount": 2}]}]
    extra = [{"sku": "a", "more": 1, "amount": 2.0}]
    pair = [{"p": 1, "q": 2}]
    defaults = [{"sku": "a"}, {"sku": "bc"}]
    return [
        Shape("hint of objects", _order_frame(), _orders(), hint="list[Order]"),
        Shape("hint, defaults", pd.DataFrame(defaults), defaults, hint="list[Order]"),
        Shape("hint, a column more", pd.DataFrame(extra), extra, hint="list[Order]"),
        Shape("hint with aliases", pd.DataFrame(article), article, hint="list[Aliased]"),
        Shape("hint of nested objects", pd.DataFrame(basket), basket, hint="list[Basket]"),
        _plain("hint of str", ["a", "007"], hint="list[str]"),
        _plain("hint of int", [1, 2], hint="list[int]"),
        _plain("hint of float", [1.5, 2.0], hint="list[float]"),
        _plain("hint of bool", [True, False], hint="list[bool]"),
        _plain("hint of lists", [[1, 2], [3]], hint="list[list[int]]"),
        _plain("hint of maps", [{"k": 1}, {"k": 2}], hint="list[dict[str, int]]"),
        _plain("hint of maps of texts", ["a", "b"], hint="list[dict[str, str]]"),
        _plain("hint of anything", [1, 2], hint="list[Any]"),
        Shape(
            "hint of datetime",
            pd.DataFrame({"x": pd.to_datetime([WHEN])}),
            [{"x": WHEN}],
            hint="list[datetime.datetime]",
        ),
        Shape(
            "hint of bytes",
            pd.DataFrame({"x": [BYTES]}),
            [{"x": base64.b64encode(BYTES).decode()}],
            hint="list[bytes]",
        ),
        Shape("several columns for one value", pd.DataFrame(pair), pair, hint="list[int]"),
        _plain("hint of frames", [1.5, 2.5], hint="pandas.DataFrame"),
    ]


def shapes() -> list[Shape]:
    two = [{"p": 1.5, "q": "a"}]
    some = [{"a": 1.5}, {"a": 2.5}]
    optional = Schema([ColSpec("double", "a"), ColSpec("string", "b", required=False)])
    item = Object([Property("a", DataType.long)])
    return [
        _of_types(),
        *_numbered(),
        _nested(),
        _arrays(),
        _plain(
            "arrays of different lengths",
            [[[1.5], [2.5, 3.5]]],
            schema=Schema([ColSpec(Array(Array(DataType.double)), "x")]),
        ),
        *_tensors(),
        *_hinted(),
        Shape(
            "unnamed columns",
            pd.DataFrame(two),
            two,
            schema=Schema([ColSpec("double"), ColSpec("string")]),
        ),
        _plain("unnamed array", [[1, 2], [3]], schema=Schema([ColSpec(Array(DataType.long))])),
        _plain("unnamed object", [{"a": 1}, {"a": 2}], schema=Schema([ColSpec(item)])),
        _plain("unnamed anything", [1.5, 2.5], schema=Schema([ColSpec(AnyType())])),
        Shape("an optional column", pd.DataFrame(some), some, schema=optional),
        Shape(
            "parameters",
            pd.DataFrame(some),
            some,
            schema=optional,
            params=ParamSchema([ParamSpec("limit", "long", 3)]),
        ),
        Shape("no signature", pd.DataFrame(some), some),
    ]
