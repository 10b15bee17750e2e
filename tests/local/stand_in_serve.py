"""`./run serve` with the stand-in host: the whole stack but the Functions host."""

import sys
from pathlib import Path

from local.serve import run
from local.stack import Plan

if __name__ == "__main__":
    port, state, ready, *more = sys.argv[1:]
    host = (sys.executable, "-m", "tests.local.stand_in_host", "--port", port, *more)
    sys.exit(run(Plan(Path(state), Path(), int(port), host, Path(ready))))
