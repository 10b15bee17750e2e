"""The example of events, as it is: files are dropped, a schedule runs, an end calls back."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import environment
from tests.support.stack import ROOT, WORKSPACE, Stack

EXAMPLE = ROOT / "examples/events"
LIMIT_S = 300


@pytest.mark.timeout(LIMIT_S + 30)
def test_dropped_files_are_scored_by_one_job_then_by_the_clock_and_an_end_calls_back(
    stack: Stack, tmp_path: Path
) -> None:
    done = subprocess.run(
        [EXAMPLE / "events.sh"],
        env=environment(stack, tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert 1 == done.stdout.count("One job scored exactly the files that were dropped")
    assert "verdict: proven" in done.stdout
    assert "rows: 120\nstatus: Completed" in done.stdout
    watch = stack.send("GET", f"{WORKSPACE}/batchEndpoints/fares-by-event/watches/inbox").body
    gathering = watch["properties"]["gathering"]
    assert (0, 2, None) == (gathering["pending"], gathering["batches"], gathering["problem"])
    listed = stack.send("GET", "/endpoints/fares-by-event/jobs").body["value"]
    assert 3 == len(listed), "two of the inbox, one of the schedule"
    called = r"verified: [0-9]{13}-\S+\nsequence: 00000002\ntype: \S+\.job\.completed\njob: "
    called += rf"{gathering['lastJob']} Completed, 20 rows\n"
    assert re.search(called, done.stdout), done.stdout
    assert "Delivered" in done.stdout
    left = stack.send("GET", f"{WORKSPACE}/batchEndpoints/fares-by-event/webhooks").body["value"]
    assert not left, "nobody is called who has left"


def test_every_file_of_the_example_is_told_of_and_the_docs_have_its_watch() -> None:
    readme = (EXAMPLE / "README.md").read_text()
    for file in EXAMPLE.iterdir():
        assert f"`{file.name}`" in readme or file.name == "README.md"
    shown = (ROOT / "docs/events.md").read_text().partition("folder.yml\n")[2].partition("```")[0]
    assert yaml.safe_load((EXAMPLE / "folder.yml").read_text()) == yaml.safe_load(shown)
