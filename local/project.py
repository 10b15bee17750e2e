"""Where the project lies, and where the caller of `./run` stood."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_STATE = PROJECT / ".state"


def path_argument(text: str) -> Path:
    """A path of the command line, relative to where the command was typed.

    `./run` steps into the project, and says in RUN_CALLED_FROM where it was called.
    """
    return Path(os.environ.get("RUN_CALLED_FROM", "."), text).resolve()
