"""Reads what a test has written as a csv file."""

from pathlib import Path

import pandas as pd

from shared.scoring.child.mlflow import csv_table
from tests.scoring.schemas import Schema


class Reader:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, content: str | bytes, wanted: Schema | None = None) -> pd.DataFrame:
        data = content.encode() if isinstance(content, str) else content
        self._path.write_bytes(data)
        frame: pd.DataFrame = csv_table.read(str(self._path), wanted)
        return frame
