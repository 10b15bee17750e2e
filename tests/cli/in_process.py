"""`bep` in the test's own process: a tenth of the time of one of its own."""

import logging
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from cli.main import main
from tests.support.stub_service import NAMES, Done, StubService, environment

LOGGERS = ("cli", "az", None)
"""Knack gives them handlers once, with the standard error of that moment."""

type Bep = Callable[..., Done]


def bep_here(
    service: StubService,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bep:
    """Run command lines in the folder; each gives its exit code and what it printed."""
    for name, value in environment(folder, service.url, **NAMES).items():
        monkeypatch.setenv(name, value)

    def bep(*words: str) -> Done:
        for name in LOGGERS:
            logging.getLogger(name).handlers.clear()
        capsys.readouterr()
        with chdir(folder):
            try:
                code = main(words)
            except SystemExit as leaving:  # argparse
                code = int(leaving.code or 0)
        return Done(code, *capsys.readouterr())

    return bep
