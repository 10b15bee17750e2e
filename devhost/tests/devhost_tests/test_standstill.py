"""A worker that stands still: storage hears nothing of it, and gives its activities out again."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from devhost.host_json import read_host_json
from devhost.http.http_routes import HttpRoutes
from devhost.options import parse_options
from devhost.preparing import Prepared
from devhost.start_host import make_worker_factory
from devhost_tests.served import SAMPLE_APP, Served, serve
from devhost_tests.test_workers import output, start, workers_of
from devhost_tests.waiting import until

# The least that host.json may say is a minute; the option is for tests that cannot wait for it.
VISIBILITY_S = 3


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    arguments = ("--visibility", str(VISIBILITY_S))
    with serve(SAMPLE_APP, tmp_path / "state", *arguments) as served:
        yield served


def begin(served: Served, path: Path) -> str:
    """An orchestration whose activity says that it began, and ends when the file appears."""
    status = start(served, "tells_failure", ["outlives", str(path)])
    until(Path(f"{path}.begun").exists, "the activity")
    Path(f"{path}.begun").unlink()
    return status


def history(served: Served, path: str) -> list[Any]:
    events: list[Any] = served.get(f"{path}&showHistory=true").json()["historyEvents"]
    return events


def test_what_a_worker_was_doing_is_given_out_again_and_its_late_result_dropped(
    served: Served, tmp_path: Path
) -> None:
    (frozen,) = workers_of(served)
    path = begin(served, tmp_path / "go")

    frozen.send_signal(signal.SIGSTOP)

    served.printed(rf"{frozen.pid} stands still since 00:00:0{VISIBILITY_S} \(workItemQueue")
    until((tmp_path / "go.begun").exists, "the second run")
    assert 200 == served.get("/context").status_code  # the new worker serves
    (tmp_path / "go").touch()
    assert "no failure" == until(lambda: output(served, path), "the end")
    before = history(served, path)

    frozen.send_signal(signal.SIGCONT)

    served.printed(rf"Worker process {frozen.pid} went on, and ended")
    until(lambda: not is_alive(frozen), "its end")
    assert before == history(served, path)
    assert ["TaskCompleted"] == [e["EventType"] for e in before if "Task" in e["EventType"]]


def test_the_first_of_two_results_counts(served: Served, tmp_path: Path) -> None:
    """The frozen worker goes on while the other one is still at it."""
    (frozen,) = workers_of(served)
    path = begin(served, tmp_path / "go")
    frozen.send_signal(signal.SIGSTOP)
    until((tmp_path / "go.begun").exists, "the second run")

    frozen.send_signal(signal.SIGCONT)
    (tmp_path / "go").touch()

    assert "no failure" == until(lambda: output(served, path), "the end")
    assert 1 == sum("Task" in event["EventType"] for event in history(served, path))
    served.printed(rf"Worker process {frozen.pid} went on, and ended")


def test_a_worker_that_is_only_slow_keeps_its_activities(served: Served, tmp_path: Path) -> None:
    """Visibility is renewed while a function runs, and while one blocks the worker's loop."""
    path = begin(served, tmp_path / "go")
    blocked = threading.Thread(target=served.get, args=(f"/block?until={tmp_path / 'go'}",))
    blocked.start()

    threading.Event().wait(2 * VISIBILITY_S)

    assert not (tmp_path / "go.begun").exists()
    (tmp_path / "go").touch()
    blocked.join()
    assert "no failure" == until(lambda: output(served, path), "the end")
    assert "stands still" not in served.text


def test_a_request_waits_for_its_frozen_worker(served: Served, tmp_path: Path) -> None:
    (frozen,) = workers_of(served)
    texts: list[str] = []
    path = f"/block?until={tmp_path / 'go'}"
    waiting = threading.Thread(target=lambda: texts.append(served.get(path).text))
    waiting.start()
    frozen.send_signal(signal.SIGSTOP)
    served.printed("stands still")

    (tmp_path / "go").touch()
    frozen.send_signal(signal.SIGCONT)

    waiting.join()
    assert ["went on"] == texts


@pytest.mark.parametrize(("option", "seconds"), [([], 120), (["--visibility", "3"], 3)])
def test_the_setting_of_host_json_holds_without_the_option(
    tmp_path: Path, option: list[str], seconds: int
) -> None:
    """What the workers are made with: nobody waits for minutes here."""
    durable = {"storageProvider": {"workItemQueueVisibilityTimeout": "00:02:00"}}
    document = {"version": "2.0", "extensions": {"durableTask": durable}}
    (tmp_path / "host.json").write_text(json.dumps(document))
    options = parse_options([str(tmp_path), *option])
    with socket.socket() as listener:
        settings, routes = read_host_json(tmp_path), HttpRoutes([], prefix="")
        prepared = Prepared(options, settings, [], routes, [], [], listener, None)

        factory = make_worker_factory(prepared, lambda: "")

    assert seconds == factory.visibility.total_seconds()


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
