"""Scripts that write side files, and a job that publishes them."""

import pytest

from shared.scoring.scorer_spec import Scored, ScoringFailed
from tests.scoring.script_lease import Leased
from tests.scoring.side_changes import Published, publish

BEGINS = """
import os, signal, sys, time

out = os.environ["AZUREML_BI_OUTPUT_PATH"]

def named(mini_batch):
    return [os.path.basename(path) for path in mini_batch]

def act(names):
    if "raise" in names:
        raise ValueError("after it wrote")
    if "die" in names:
        os._exit(3)
    if "hang" in names:
        time.sleep(60)
"""


ONE_FILE_PER_INPUT = """
def run(mini_batch):
    for name in named(mini_batch):
        with open(os.path.join(out, name + ".out"), "w") as given:
            given.write("scored " + name)
    act(named(mini_batch))
    return mini_batch
"""


APPENDS_TO_ONE_LOG = """
def run(mini_batch):
    log = os.path.join(out, "log.csv")
    is_new = not os.path.exists(log)
    with open(log, "a") as given:
        if is_new:
            given.write("name\\n")
        for name in named(mini_batch):
            given.write(name + "\\n")
    act(named(mini_batch))
    return mini_batch
"""


class Job:
    """Scores mini-batches through a lease, and publishes in their order what they tell."""

    def __init__(self, leased: Leased, published: Published | None = None) -> None:
        self.leased = leased
        self.turns = 0
        self.published: Published = {} if published is None else published

    def score(self, *names: str, timeout_s: float = 20) -> Scored:
        self.turns += 1
        side = self.leased.folder / f"turn-{self.turns}"
        scored = self.leased.score(*names, timeout_s=timeout_s, side=side)
        publish(self.published, scored.side_files)
        return scored

    def fail(self, *names: str, timeout_s: float = 20) -> None:
        with pytest.raises(ScoringFailed):
            self.score(*names, timeout_s=timeout_s)
