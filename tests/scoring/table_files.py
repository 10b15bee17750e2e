"""Tables as files of the two kinds that know types, read back by a signature."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shared.scoring.child.mlflow import parquet_table
from tests.scoring.schemas import Schema

Table = dict[str, list[Any]]


def parquet(folder: Path, table: Table | pa.Table, wanted: Schema | None) -> pd.DataFrame:
    path = folder / "table.parquet"
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path)
    frame: pd.DataFrame = parquet_table.read(str(path), wanted)
    return frame
