"""What Spark and Hadoop write for themselves is told from what people call their data."""

import pytest

from shared.domain.spark_marks import is_mark


@pytest.mark.parametrize(
    "name",
    [
        "_SUCCESS",
        "_temporary",
        "_common_metadata",
        "_started_123",
        "_committed_9",
        "_committed_vacuum77",
        ".part-0.csv.crc",
        "part-0._COPYING_",
        "part_$folder$",
    ],
)
def test_a_mark_is_no_input(name: str) -> None:
    assert is_mark(name)


@pytest.mark.parametrize(
    "name",
    [
        "_success",
        "_data.csv",
        "_SUCCESS.csv",
        "_started_",
        "_committed_x",
        "crc",
        "a.crc.csv",
        "part-0.csv",
        "",
    ],
)
def test_a_file_of_somebodys_is_one(name: str) -> None:
    assert not is_mark(name)
