"""The libraries of the service's own interpreter."""

import sys
from pathlib import Path


def own_packages() -> tuple[Path, ...]:
    """Where they lie, if not with the interpreter: Azure puts them beside the app."""
    folders = (Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    return tuple(folder for folder in folders if not folder.is_relative_to(sys.prefix))
