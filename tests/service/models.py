"""The models of this folder's tests, which other folders use, too."""

from tests.support.doubler import (
    CODE,
    MLMODEL,
    MODEL_FILES,
    csv_of,
    rows_of,
)

__all__ = ["CODE", "MLMODEL", "MODEL_FILES", "csv_of", "rows_of"]
