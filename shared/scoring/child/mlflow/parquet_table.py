"""A parquet file as the table a model wants: all its row groups, and only the columns needed."""

from __future__ import annotations

from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .content_sniffing import disguise, is_parquet
from .failure import Unfit, Unreadable
from .nested import objects
from .parquet_words import with_types
from .type_hints import Hinted
from .typed_table import chosen, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of a file's beginning and of its end: enough to tell parquet.
_END = 8


def read(path: str, schema: Any, groups: Sequence[int] = ()) -> Any:
    """Of `groups` only the row groups from the first one up to the second one, which it is without.

    Raises `Unreadable` when the file is no parquet, and `Unfit` when it is not the model's.
    """
    pyarrow = _pyarrow()
    try:
        return _table(pyarrow.parquet, path, schema, groups)
    except OSError as error:
        if error.errno:
            raise  # the disk's fault, not the file's
        raise Unreadable(_reason(path, error)) from error
    except pyarrow.ArrowException as error:
        raise Unreadable(_reason(path, error)) from error


def read_columns(
    path: str, groups: Sequence[int] = (), columns: Sequence[str] = ()
) -> dict[str, list[Any]]:
    """All columns, of a file that was read before. Raises `Unfit` when two have one name.

    Of `groups` only what is there: the `columns`.
    """
    with open(path, "rb") as stream:  # noqa: PTH123  # as below
        file = _pyarrow().parquet.ParquetFile(stream)
        table = _read(file, list(columns) if groups else None, groups)
    names = list(table.column_names)
    for name in names:
        if names.count(name) > 1:
            raise Unfit(f"The file has {names.count(name)} columns named {name!r}")
    return {name: table.column(name).to_pylist() for name in names}


def _reason(path: str, error: Exception) -> str:
    """What pyarrow says of a file that is parquet; of another one, what it is instead."""
    with open(path, "rb") as stream:  # noqa: PTH123  # as below
        ends = stream.read(_END)
        size = stream.seek(0, SEEK_END)
        stream.seek(max(0, size - _END))
        if is_parquet(ends + stream.read()):
            return _first_line(error)  # it may have holes: it is not read whole
    return disguise(Path(path).read_bytes()) or _first_line(error)


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet  # noqa: PLC0415  # csv and images do without it
    except ImportError as error:
        raise Unreadable(
            "The model's environment has no pyarrow. Add it to the model's requirements"
        ) from error
    return pyarrow


def _read(file: Any, columns: list[str] | None, groups: Sequence[int]) -> Any:
    if not groups:
        return file.read(columns, use_threads=False)
    return file.read_row_groups(list(range(*groups)), columns, use_threads=False)


def _table(parquet: Any, path: str, schema: Any, groups: Sequence[int]) -> Any:
    with open(path, "rb") as stream:  # noqa: PTH123  # an arrow file stays open until collected
        file = parquet.ParquetFile(stream)
        if isinstance(schema, Hinted):
            return schema.of_table(file.read(use_threads=False))
        columns = chosen(schema, list(file.schema_arrow.names))
        if columns is None:
            frame: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
            return frame
        arrays = {column.name for column in columns if column.nested is not None}
        table = _read(file, [column.name for column in columns], groups)
        try:
            return fitted(columns, table.num_rows, lambda name: _values(table, name, arrays))
        except Unfit as error:
            types = {column.name: _type(table.column(column.name)) for column in columns}
            raise with_types(error, types, columns) from error


def _values(table: Any, name: str, arrays: set[str]) -> Any:
    """Integers beside a null stay integers; lists become arrays, as `pandas.read_parquet` does."""
    column = table.column(name)
    is_nested = column.type.num_fields and not _is_dictionary(column.type)
    try:
        if is_nested:
            return objects(list(column.to_pandas() if name in arrays else column.to_pylist()))
        return column.to_pandas(integer_object_nulls=True).to_numpy()
    except NotImplementedError:  # an old pyarrow, of structs in lists
        return objects(column.to_pylist())
    except ValueError as error:
        raise Unfit(f"{_first_line(error)} (column {name!r})") from error


def _type(column: Any) -> str:
    kind = column.type.value_type if _is_dictionary(column.type) else column.type
    return str(kind).replace("large_", "")  # of texts and bytes, which are no longer for it


def _is_dictionary(kind: Any) -> bool:
    return hasattr(kind, "index_type")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
