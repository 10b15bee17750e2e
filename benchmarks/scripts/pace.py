"""A scoring script that takes as many seconds as its files say; one without a number fails."""

import time
from pathlib import Path


def init() -> None:
    """There is nothing to load."""


def run(mini_batch: list[str]) -> list[str]:
    for path in mini_batch:
        time.sleep(float(Path(path).read_text()))
    return [Path(path).name for path in mini_batch]
