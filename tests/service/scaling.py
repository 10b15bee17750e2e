"""A service that is scaled out: a second host joins its task hub, with a disk of its own."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.service.conftest import put_script
from tests.support.stack import ROOT, Stack
from tests.support.waiting import wait_until

FIRST, SECOND = "first", "second"
_SECOND_DISK = "disk-of-the-second"
# A file's path tells whose disk it is on.
SCRIPT = f"""\
import json
import os
import time


def init():
    pass


def run(mini_batch):
    who = "{SECOND}" if "{_SECOND_DISK}" in str(mini_batch[0]) else "{FIRST}"
    names, began = [os.path.basename(path) for path in mini_batch], time.time()
    note(["began", who, names, began])
    time.sleep(float(os.environ["SLEEP_S"]))
    note(["ended", who, names, time.time()])
    return names


def note(what):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps(what) + "\\n")
"""


@dataclass(frozen=True)
class Run:
    """One call of run(): on whose disk, of which file, from when to when (0: it never ended)."""

    who: str
    file: str
    began: float
    ended: float


class ScaledOut:
    """Jobs of one file a mini-batch, whose script writes down each call of run()."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self._folder = folder

    def deploy(self, endpoint: str, *, width: int, sleep_s: float, **properties: Any) -> Any:
        self._record(endpoint).touch()
        variables = {"RECORD": str(self._record(endpoint)), "SLEEP_S": str(sleep_s)}
        limits = {"miniBatchSize": 1, "maxConcurrencyPerInstance": width}
        made = put_script(
            self.stack, endpoint, SCRIPT, environmentVariables=variables, **limits, **properties
        )
        assert "Succeeded" == made["provisioningState"], made
        return made

    def warm_up(self, endpoint: str) -> None:
        """Until both hosts have what they need; the runs are forgotten."""
        self.check_scored(self.start(endpoint, 4), 4)
        self.is_run_by(endpoint, FIRST, SECOND)
        self._record(endpoint).write_text("")

    def start(self, endpoint: str, files: int) -> Any:
        contents = {f"f{i:03d}.txt": b"x" for i in range(files)}
        return self.stack.invoke(endpoint, self.stack.upload(f"in-{endpoint}", contents))

    def runs(self, endpoint: str) -> list[Run]:
        found: dict[tuple[str, str, int], Run] = {}
        seen = Counter[tuple[str, str, str]]()
        for line in self._record(endpoint).read_text().splitlines():
            what, who, (file,), moment = json.loads(line)
            number = seen[what, who, file]
            seen[what, who, file] += 1
            if what == "began":
                found[who, file, number] = Run(who, file, moment, 0)
            elif (who, file, number) in found:
                begun = found[who, file, number]
                found[who, file, number] = Run(who, file, begun.began, moment)
        return list(found.values())

    def is_run_by(self, endpoint: str, *who: str) -> None:
        """Wait until each of them has begun a run()."""
        wait_until(lambda: {*who} <= {run.who for run in self.runs(endpoint)}, limit_s=300)

    def check_scored(self, started: Any, files: int) -> None:
        properties = self.stack.ended(started, limit_s=300)
        assert "Completed" == properties["status"], properties
        expected = [f"f{i:03d}.txt" for i in range(files)]
        assert expected == self.stack.output(properties).decode().splitlines()

    def _record(self, endpoint: str) -> Path:
        return self._folder / f"{endpoint}.jsonl"


@contextmanager
def second_host(stack: Stack, disk: Path, **settings: str) -> Iterator[psutil.Popen]:
    """One more host of the stack's task hub, started as the first was; it never saw anything."""
    first = psutil.Process(int(stack.facts["pids"]["host"]))
    command = [("--join" if word == "--state" else word) for word in first.cmdline()]
    command[command.index("--port") + 1] = "0"
    own: Mapping[str, str] = {"SCRATCH_FOLDER": str(disk / _SECOND_DISK), **settings}
    log = disk / "second.log"
    with log.open("w") as output:
        process = psutil.Popen(
            command,
            cwd=ROOT,
            env={**first.environ(), **own},
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        wait_until(lambda: "Joined the host" in log.read_text(), log.read_text(), limit_s=300)
        yield process
    finally:
        if process.is_running():
            process.terminate()
        process.wait(40)
