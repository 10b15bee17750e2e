"""`./run serve` with the stand-in host: the whole stack but the Functions host."""

import sys
from dataclasses import replace
from pathlib import Path

from local.serve import run
from local.stack import StackPlan

if __name__ == "__main__":
    port, state, ready, *more = sys.argv[1:]
    plan = StackPlan(Path(state), Path(), int(port), (), Path(ready), tls="--tls" in more)
    if shown := plan.certificates:
        more += ["--cert", str(shown.server), "--cert-key", str(shown.server_key)]
    host = (sys.executable, "-m", "tests.local.stand_in_host", "--port", port, *more)
    sys.exit(run(replace(plan, host=host)))
