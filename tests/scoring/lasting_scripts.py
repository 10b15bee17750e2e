"""Scripts that remember from one mini-batch to the next, and the bundle that scores by them."""

import pytest

from shared.scoring.scorer.process_exit import ExitReport
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import ScoringFailed
from tests.scoring.script_lease import Leased
from tests.scoring.side_changes import Published, publish

BEGINS = """
import atexit, gzip, os, shutil, sys, time

def named(mini_batch):
    return [os.path.basename(path) for path in mini_batch]
"""


TOTALS_AT_ITS_END = (
    BEGINS
    + """
seen = []

def run(mini_batch):
    if "die" in named(mini_batch):
        os._exit(3)
    if "bad" in named(mini_batch):
        raise ValueError("one of those files")
    seen.extend(named(mini_batch))
    return mini_batch

def shutdown():
    if "raise" in seen:
        raise ValueError("no totals today")
    if "hang" in seen:
        time.sleep(60)
    with open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "totals"), "a") as totals:
        totals.write(",".join(seen) + ";")
    if "exit" in seen:
        sys.exit(0)
"""
)


HOLDS_AN_ARCHIVE = (
    BEGINS
    + """
def init():
    global lines
    path = os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "all.gz")
    lines = {open}(path, "wt")
    {closes}

def run(mini_batch):
    if "bad" in named(mini_batch):
        raise ValueError("nothing was written")
    for name in named(mini_batch):
        lines.write(name + "\\n")
    if "late" in named(mini_batch):
        raise ValueError("it was written")
    if "die" in named(mini_batch):
        os._exit(3)
    return mini_batch
"""
)


BY_ATEXIT = "atexit.register(lines.close)"


BY_ITSELF = "pass"


def holds(closes: str = BY_ATEXIT, opens: str = "gzip.open") -> str:
    """A script that keeps one file open from init() to its end."""
    return HOLDS_AN_ARCHIVE.replace("{open}", opens).replace("{closes}", closes)


class Run:
    """One bundle of a job: what it published, and by which process."""

    def __init__(self, scorer: Leased, published: Published | None = None) -> None:
        self.leased = scorer
        self.published: Published = {} if published is None else published
        self.pid = scorer.scorer.pid or 0

    def score(self, *names: str) -> list[str]:
        side = self.leased.folder / f"side-{'-'.join(names)}"
        scored = self.leased.score(*names, side=side)
        publish(self.published, scored.side_files)
        self.leased.scorer.exit.turns += 1
        return self.leased.output.read_text().splitlines()

    def fail(self, *names: str) -> None:
        with pytest.raises(ScoringFailed):
            self.score(*names)


def exit_report_of(scorer: Scorer, published: Published, limit_s: float = 20) -> ExitReport:
    """End a scorer as the pool does, and publish what it tells."""
    scorer.request_exit()
    farewell = scorer.exit.finish(limit_s)
    publish(published, farewell.side_files)
    return farewell
