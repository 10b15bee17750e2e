"""Names of predictions: places that a job fills, and numbers behind names that are taken."""

import re
from datetime import datetime

from shared.domain.template import fill_known

# Behind a name, at the end: what says the format.
_EXTENSION = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]{0,9})?(?:\.gz)?$")
PLACES = ("date", "job", "endpoint")


def output_values(job: str, endpoint: str, at: datetime) -> dict[str, str]:
    """What fills the places of a job's output; the date is the day of `at`."""
    return {"date": f"{at:%Y-%m-%d}", "job": job, "endpoint": endpoint}


def without_places(name: str) -> str:
    """The rest of a file's name."""
    return fill_known(name, dict.fromkeys(PLACES, "x"))


def numbered(path: str, before: int, version: int) -> str:
    """`a/p.csv` is `a/p-2.csv` at its second version, and that `a/p-3.csv` at the third."""
    folder, slash, name = path.rpartition("/")
    extension = match[0] if (match := _EXTENSION.search(name)) else ""
    stem = name.removesuffix(extension) or name
    if before > 1:
        stem = stem.removesuffix(f"-{before}")
    return f"{folder}{slash}{stem}-{version}{extension}"
