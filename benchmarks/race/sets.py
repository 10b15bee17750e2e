"""The sets of files that are scored: deterministic, made once, kept in the project's cache."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

SEED = 7
COLUMNS = [f"f{index}" for index in range(10)]
DIGIT_SCALE, PIXELS, NOISE = 15.9, 28, 12.0


@dataclass(frozen=True)
class FileSet:
    """`content(random, index)` makes one file; `kind` names the script and model that score it.

    `goal` is the least part of the limit's speed that the service must reach with the script, and
    `no_code_goal` the same with an MLflow model and no script.
    """

    name: str
    files: int
    kind: str
    goal: float
    no_code_goal: float | None
    content: Callable[[np.random.Generator, int], bytes]

    def made(self, count: int, cache_folder: Path) -> list[Path]:
        """The first `count` files; those that are missing are made."""
        folder = cache_folder / self.name
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{self.kind}-{index:06d}{self._suffix}" for index in range(count)]
        for index, path in enumerate(paths):
            if not path.exists():
                half = path.with_suffix(".part")
                half.write_bytes(self.content(np.random.default_rng([SEED, index]), index))
                half.replace(path)
        return paths

    @property
    def _suffix(self) -> str:
        return ".csv" if self.kind == "tables" else ".png"


def pixels_of(digit: np.ndarray) -> np.ndarray:
    """A digit of 8 x 8 as one of 28 x 28, values to 255."""
    large = np.kron(digit * DIGIT_SCALE, np.ones((4, 4)))
    return np.asarray(large[2:30, 2:30])


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    found = load_digits()
    return found.images, found.target


def _table(rows: int) -> Callable[[np.random.Generator, int], bytes]:
    def content(random: np.random.Generator, _index: int) -> bytes:
        text = io.StringIO()
        values = random.normal(size=(rows, len(COLUMNS)))
        np.savetxt(text, values, "%.6f", ",", header=",".join(COLUMNS), comments="")
        return text.getvalue().encode()

    return content


def _image(random: np.random.Generator, index: int) -> bytes:
    images, _ = digits()
    noise = random.normal(0, NOISE, (PIXELS, PIXELS))
    pixels = np.clip(pixels_of(images[index % len(images)]) + noise, 0, 255).astype("uint8")
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "png")
    return data.getvalue()


SETS = {
    one.name: one
    for one in (
        FileSet("csv10k", 10_000, "tables", 0.95, 1.5, _table(rows=100)),
        FileSet("png5k", 5_000, "images", 1.0, None, _image),
        FileSet("csvmb", 200, "tables", 1.3, 1.3, _table(rows=11_400)),
    )
}
