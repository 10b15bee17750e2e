"""A scoring script as a user writes it: the images of a mini-batch in one predict()."""

import os
from glob import glob
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from PIL import Image

model: Any = None


def init() -> None:
    global model  # noqa: PLW0603  # the way scoring scripts are written
    model = joblib.load(glob(f"{os.environ['AZUREML_MODEL_DIR']}/*/model.joblib")[0])  # noqa: PTH207


def run(mini_batch: list[str]) -> list[str]:
    pixels = np.stack([np.asarray(Image.open(path)).ravel() for path in mini_batch])
    digits = model.predict(pixels)
    return [f"0 {digit} {Path(path).name}" for path, digit in zip(mini_batch, digits, strict=True)]
