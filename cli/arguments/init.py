"""Flags of `init`."""

from typing import Any


def load(flags: Any, _verb: str) -> None:
    flags.positional(
        "model", help="A folder that mlflow saved, one with a score.py, or azureml:NAME:VERSION."
    )
    flags.argument(
        "out", options_list=["--out", "-o"], help="Folder for both files. Default: this one."
    )
