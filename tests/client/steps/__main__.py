"""One step after another against a workspace: `python -m tests.client.steps`.

The environment says where the workspace is, and holds the token. Prints a line for each step, and
ends with the number of those that failed.
"""

import sys
import time
import traceback
from importlib import import_module

from tests.client.steps.session import STEPS

CHAPTERS = ("workspace", "assets", "deployments", "invoking", "jobs", "ending")


def main() -> int:
    for chapter in CHAPTERS:
        import_module(f"tests.client.steps.{chapter}")
    failures = 0
    for one in STEPS:
        started = time.monotonic()
        try:
            one()
        except Exception:  # noqa: BLE001  # it is counted, and the next step is tried
            failures += 1
            print(f"FAILED {one.__name__}\n{traceback.format_exc()}", flush=True)  # noqa: T201
        else:
            print(f"passed {one.__name__} {time.monotonic() - started:.1f} s", flush=True)  # noqa: T201
    print(f"{len(STEPS) - failures} of {len(STEPS)} steps passed")  # noqa: T201
    return failures


if __name__ == "__main__":
    sys.exit(main())
