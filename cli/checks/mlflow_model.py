"""Whether an MLflow model's folder can score without a script, and what it will need."""

import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from cli.answers import JSON
from cli.checks.finding import Finding, note, ok, wrong
from cli.checks.packages import check_packages
from cli.scoring.model_source import MLMODEL

SAVE = "Save the model anew by mlflow's save_model()."
PATHS = ("data", "model_path", "code", "artifacts")
"""Keys of the pyfunc flavor that name files of the model's folder."""


def check_mlflow_model(folder: Path) -> Iterator[Finding]:
    try:
        content = yaml.safe_load((folder / MLMODEL).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        yield wrong("MLmodel", f"'{folder / MLMODEL}' cannot be read: {_one_line(error)}.", SAVE)
        return
    if not isinstance(content, dict) or not isinstance(content.get("flavors"), dict):
        yield wrong("MLmodel", f"'{folder / MLMODEL}' has no 'flavors'.", SAVE)
        return
    yield ok("MLmodel", f"'{folder / MLMODEL}' can be read.")
    yield from _check_flavor(folder, content["flavors"])
    yield _check_signature(content.get("signature"))
    yield from check_packages(folder)


def _check_flavor(folder: Path, flavors: JSON) -> Iterator[Finding]:
    pyfunc = flavors.get("python_function")
    if not isinstance(pyfunc, dict) or not pyfunc.get("loader_module"):
        yield wrong(
            "flavor",
            f"It has no flavor 'python_function', but {', '.join(map(str, flavors)) or 'none'}.",
            "Save it by a library's own mlflow module, such as mlflow.sklearn.save_model().",
        )
        return
    yield ok("flavor", f"It is loaded by '{pyfunc['loader_module']}'.")
    for key in PATHS:
        name = pyfunc.get(key)
        if isinstance(name, str) and not (folder / name).exists():
            yield wrong("flavor", f"'{key}' is '{name}', which is not in the folder.", SAVE)


def _check_signature(signature: JSON) -> Finding:
    fix = "Save it with signature=infer_signature(inputs, outputs)."
    if not isinstance(signature, dict) or not signature.get("inputs"):
        return note("signature", "It has no signature: columns are not cast or checked.", fix)
    try:
        columns = json.loads(signature["inputs"])
    except (TypeError, ValueError) as error:
        return wrong("signature", f"Its inputs are not JSON: {_one_line(error)}.", fix)
    return ok("signature", f"It has a signature of {len(columns)} inputs.")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
