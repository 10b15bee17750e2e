"""What the end of a scorer process may still bring: read in what its script says.

Nobody can foresee what a program does at its end. But one that never names the folder of the side
files will not write there, and need not be waited for.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_NAMES_THE_FOLDER = re.compile(rb"AZUREML_BI_OUTPUT_PATH|\boutput_dir\b")
_ACTS_AT_ITS_END = re.compile(rb"\bshutdown\b|\batexit\b|__del__|\bfinalize\b")
_LONGEST_SOURCE = 1 << 20
CODES_CACHED = 64


@dataclass(frozen=True)
class ExitNeeds:
    """`may_write`: its end is waited for. `must_end`: without that end something is missing."""

    may_write: bool = False
    must_end: bool = False


@lru_cache(CODES_CACHED)
def exit_needs_of(code_dir: Path | None) -> ExitNeeds:
    """Code folders never change; None: there is no script."""
    if code_dir is None:
        return ExitNeeds()
    texts = [path.read_bytes() for path in code_dir.rglob("*.py") if _is_source(path)]
    writes = any(_NAMES_THE_FOLDER.search(text) for text in texts)
    acts = any(_ACTS_AT_ITS_END.search(text) for text in texts)
    return ExitNeeds(may_write=writes or acts, must_end=writes and acts)


def _is_source(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= _LONGEST_SOURCE
