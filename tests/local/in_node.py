"""What Azurite does of itself, and with a part of the launcher that is faster, side by side."""

import json
import subprocess
from pathlib import Path
from typing import Any

from local.azurite import LAUNCHER
from local.node import node


def compared(script: str, part: Path, cases: dict[str, Any]) -> dict[str, list[str]]:
    """Azurite's answer and ours for each case.

    `script` reads the cases from its standard input, requires the part, which is its argument, in
    between, and prints the pairs.
    """
    done = subprocess.run(
        [str(node()), "-e", script, str(part)],
        cwd=LAUNCHER.parent,
        input=json.dumps(list(cases.values())),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(cases, json.loads(done.stdout), strict=True))
