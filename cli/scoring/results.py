"""What a job left: fetched into a folder of this machine, and summed up."""

import json
import os
from pathlib import Path

from cli.answers import JSON
from cli.errors import UsageError

FORMATS = frozenset({"json", "jsonc", "none", "table", "tsv", "yaml", "yamlc"})
RECEIPT, ERRORS = "receipt.json", "errors.jsonl"
PREDICTIONS, SINGLE = "predictions", "single"
TOLD = "The first failure"
"""In the reason of a job that names one."""


def read_out(text: str) -> Path:
    """The folder that --out names; raises UsageError for what az's users mean by -o."""
    if text in FORMATS:
        raise UsageError(
            f"'-o {text}' is a folder here, not the output format.",
            fix=f"Write --output {text}; or --out ./{text} for a folder of that name.",
        )
    return Path(text).expanduser()


def check_out(folder: Path) -> None:
    """Raises UsageError when something is there already, or nothing can be.

    Results are never overwritten, and a job whose results have no place is not begun.
    """
    if folder.is_file():
        raise UsageError(f"'{folder}' is a file.", fix="Name a new folder by --out.")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"The folder '{folder}' is not empty, and nothing is overwritten.",
            fix="Name a new folder by --out, or empty it.",
        )
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(
            f"The folder '{folder}' cannot be made: nothing can be written to '{there}'.",
            fix="Name a folder elsewhere by --out.",
        )


def predictions_folder(job: JSON, folder: Path) -> Path:
    """One of their own for several files, which are read as one data set: nothing else is in it."""
    form = job["properties"].get("properties") or {}
    return folder if form.get("outputLayout", SINGLE) == SINGLE else folder / PREDICTIONS


def predictions_in(folder: Path) -> list[Path]:
    """What scoring published: everything but receipt and errors."""
    own = {folder / RECEIPT, folder / ERRORS}
    return sorted(path for path in folder.rglob("*") if path.is_file() and path not in own)


def where_failures_are(reason: str, folder: Path) -> str:
    """In which folder, and the first one, if the reason does not have it; '' without one."""
    first = _first_failure(folder)
    if not first:
        return ""
    return (
        f"See '{folder}'." if TOLD in reason else f"The first failure is {first}. See '{folder}'."
    )


def _first_failure(folder: Path) -> str:
    """File and message of the first line of the errors; '' without one."""
    try:
        with (folder / ERRORS).open(encoding="utf-8") as lines:
            error = json.loads(next(lines))
        return f"{error['file']}: {error['message']}"
    except (OSError, StopIteration, ValueError, KeyError):
        return ""


def summary(job: JSON, folder: Path) -> JSON:
    """Paths and counts."""
    properties = job["properties"]
    progress = properties["progress"]
    return {
        "job": job["name"],
        "status": properties["status"],
        "files": {name: progress["files"][name] for name in ("total", "done", "failed")},
        "rows": progress["rows"],
        "predictions": [str(path) for path in predictions_in(folder)],
        "receipt": str(folder / RECEIPT),
        "errors": str(folder / ERRORS),
        "warnings": properties.get("warnings") or [],
    }
