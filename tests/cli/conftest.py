"""The command line in this process, against the `service` of the test's own file."""

from pathlib import Path

import pytest

from tests.cli.in_process import Bep, bep_here
from tests.support.stub_service import StubService


@pytest.fixture
def bep(
    service: StubService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bep:
    return bep_here(service, tmp_path, monkeypatch, capsys)
