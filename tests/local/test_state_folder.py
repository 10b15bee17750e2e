"""The state folder's lock: one that serves at a time, and as many that look as like."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.connection.service_address import is_locked
from local.stack_errors import Refused
from local.state_folder import StateFolder

TIMES = 2_000


@pytest.fixture
def looked_at(tmp_path: Path) -> Iterator[Path]:
    """A folder whose last service is gone, its process id another's by now; all look at it."""
    (tmp_path / "serve.lock").write_text(str(os.getpid()))
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            is_locked(tmp_path)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    yield tmp_path
    stop.set()
    for looker in lookers:
        looker.join()


def test_who_looks_for_a_service_does_not_keep_one_from_starting(looked_at: Path) -> None:
    folder = StateFolder(looked_at)

    for _ in range(TIMES):
        with folder.lock():
            pass


def test_a_second_service_is_refused_while_others_look(looked_at: Path) -> None:
    folder = StateFolder(looked_at)

    with (
        folder.lock(),
        pytest.raises(Refused, match=rf"\(process {os.getpid()}\) is using"),
        folder.lock(),
    ):
        pass
