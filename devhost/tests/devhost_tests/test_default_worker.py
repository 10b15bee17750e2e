"""One worker process is the default: what a function does to its process, the host outlives."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devhost_tests.served import SAMPLE_APP, Served, serve
from devhost_tests.test_durable_functions import finished
from devhost_tests.waiting import until


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(SAMPLE_APP, tmp_path_factory.mktemp("state"), "--worker-deaths", "0") as served:
        yield served


def test_there_is_one_worker_process(served: Served) -> None:
    assert 1 == len(psutil.Process(served.process.pid).children())


def test_none_may_be_asked_for(tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path, "--workers", "0") as served:
        assert 200 == served.get("/context").status_code
        assert [] == psutil.Process(served.process.pid).children()


def test_a_function_that_ends_its_process_does_not_end_the_host(served: Served) -> None:
    assert 500 == served.post("/exit").status_code

    assert 200 == served.get("/context").status_code
    assert 20 == finished(served, "chain", 5)["output"]
    served.printed("ended with exit code 7; a new one takes its place")


def test_what_a_dead_worker_has_started_ends_with_it(served: Served) -> None:
    child = psutil.Process(served.post("/spawn").json())

    served.post("/exit")

    until(lambda: not child.is_running() or child.status() == "zombie", "the end of the child")


def test_an_async_function_that_blocks_does_not_block_the_host(
    served: Served, tmp_path: Path
) -> None:
    texts: list[str] = []
    path = f"/block?until={tmp_path / 'now'}"
    blocked = threading.Thread(target=lambda: texts.append(served.get(path).text))
    blocked.start()

    assert "Running" == served.get("/admin/host/status").json()["state"]
    assert 404 == served.get("/runtime/webhooks/durabletask/instances/none").status_code

    (tmp_path / "now").touch()
    blocked.join()
    assert ["went on"] == texts


def test_functions_are_heard_on_the_console_as_before(served: Served) -> None:
    assert "said" == served.get("/says").text

    served.printed(r"(?m)^\[[0-9T:.-]+Z\] warning: a warning in the log$")
    served.printed(r"(?m)^a printed line$")
    served.printed(r"(?m)^\[[0-9T:.-]+Z\] Executed 'Functions.says' \(Succeeded")


def test_a_client_of_another_hub_keeps_its_name_and_is_reported(served: Served) -> None:
    name, message = served.get("/hub").json()

    assert "Other" == name
    assert "This host has the task hub" in message
    pattern = r"warning: Function 'hub' asks for the task hub 'Other'; this host has one hub"
    assert 1 == len(re.findall(pattern, served.text))


def test_a_stack_trace_begins_in_the_app(served: Served) -> None:
    assert 500 == served.get("/replies/exception").status_code

    trace = served.printed(r"Traceback \(most recent call last\):\n  File \"([^\"]+)\", line")
    assert str(SAMPLE_APP / "function_app.py") == trace[1]
