"""A process of the tests that dies says where it stood, at the end of the run, where one looks.

A process dies by native code alone (gRPC, Arrow, SQLite), which a test of Python cannot mend: the
test that it was at runs once more, in another process, and fails when that dies too.
"""

import faulthandler
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest

_FOLDER = pytest.StashKey[Path]()
_DIED = pytest.StashKey[set[str]]()
# The names of some 200 modules, and the frames below each test, push what matters out of a log.
_NOISE = ("Extension modules:", "/_pytest/", "/pluggy/", "/xdist/", "/execnet/", '"<string>"')


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background: children inherit
        signal.signal(signal.SIGINT, signal.default_int_handler)
    crash_file = getattr(config, "workerinput", {}).get("crash_file")
    if crash_file:
        faulthandler.enable(Path(crash_file).open("w"))  # noqa: SIM115 - open until the end


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    stash = node.config.stash
    if _FOLDER not in stash:
        stash[_FOLDER] = Path(tempfile.mkdtemp(prefix="crashes-"))
    node.workerinput["crash_file"] = str(stash[_FOLDER] / f"{node.gateway.id}.txt")


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: Any, sched: Any) -> None:
    died = sched.config.stash.setdefault(_DIED, set())
    if crashitem not in died:
        died.add(crashitem)
        report.outcome = "rerun"
        sched.mark_test_pending(crashitem)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for file in sorted(config.stash.get(_FOLDER, Path("/nonexistent")).glob("*.txt")):
        lines = [line for line in file.read_text().splitlines() if not _is_noise(line)]
        if lines:
            terminalreporter.section(f"where {file.stem} stood when it died")
            terminalreporter.write_line("\n".join(lines))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _FOLDER in config.stash:
        shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)


def _is_noise(line: str) -> bool:
    return any(noise in line for noise in _NOISE)
