"""Scorers killed at random moments, in init() too: nobody can tell from what a job leaves."""

import random
import time
from contextlib import suppress
from typing import Any

import psutil

from tests.support.stack import CONTAINER, Stack, scorers_of

FILES = {f"f{i:03d}.txt": f"{i}".encode() for i in range(120)}
SCRIPT = """\
import os
import time
from pathlib import Path


def init():
    time.sleep(0.2)


def run(mini_batch):
    out = Path(os.environ["AZUREML_BI_OUTPUT_PATH"])
    rows = []
    for path in mini_batch:
        (out / (Path(path).stem + ".out")).write_text("begun")
        time.sleep(0.05)
        (out / (Path(path).stem + ".out")).write_text(Path(path).read_text() * 3)
        with (out / f"log-{os.path.basename(mini_batch[0])}").open("a") as log:
            log.write(os.path.basename(path) + "\\n")
        rows.append(os.path.basename(path))
    return rows
"""
SETTINGS: dict[str, Any] = {
    "miniBatchSize": 2,
    "maxConcurrencyPerInstance": 2,
    "retrySettings": {"maxRetries": 100, "timeout": "PT30S"},
}
# One fewer than the deaths in init(), one after the other, that are a job's end.
MOST_KILLS = 9
ENDED = {"Completed", "Failed", "Canceled"}


def left_by(stack: Stack, properties: Any) -> dict[str, bytes]:
    """Every file that a job published, by its name."""
    uri: str = properties["outputs"]["predictions"]
    folder = uri.partition("/paths/")[2].rpartition("/")[0]
    client = stack.blobs.get_container_client(CONTAINER)
    return {
        name.removeprefix(f"{folder}/"): client.download_blob(name).readall()
        for name in client.list_blob_names(name_starts_with=folder)
    }


def disturbed(stack: Stack, started: Any) -> tuple[Any, int]:
    """Kill one scorer or another now and then, until the job has ended."""
    chance, kills = random.Random(11), 0  # noqa: S311
    while kills < MOST_KILLS and not has_ended(stack, started):
        time.sleep(chance.uniform(0.05, 0.5))
        found = scorers_of(stack)
        if found:
            with suppress(psutil.NoSuchProcess):
                chance.choice(found).kill()
                kills += 1
    return stack.ended(started, limit_s=240), kills


def has_ended(stack: Stack, started: Any) -> bool:
    return stack.job(started)["status"] in ENDED


def test_a_job_whose_scorers_were_killed_at_random_leaves_what_an_undisturbed_one_does(
    stack: Stack, script: Any
) -> None:
    for action in ("AppendRow", "SummaryOnly"):
        name = f"killed-{action.lower()}"
        script(name, SCRIPT, outputAction=action, **SETTINGS)
        folder = stack.upload("many-texts", FILES)

        undisturbed = left_by(stack, stack.ended(stack.invoke(name, folder)))
        started = stack.invoke(name, folder)
        properties, kills = disturbed(stack, started)

        assert "Completed" == properties["status"], properties
        assert kills >= 3  # else it was hardly disturbed
        assert undisturbed == left_by(stack, properties)
        assert 120 + 60 + 1 == len(undisturbed)
        receipt = stack.receipt(started)
        assert ("proven", 120) == (receipt["verdict"], receipt["files"]["scored"])
