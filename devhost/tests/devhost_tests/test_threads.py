"""PYTHON_THREADPOOL_THREAD_COUNT: the real host's default, and one pool for what is synchronous."""

import os
import threading
from pathlib import Path

import pytest

from devhost.app_settings import DEFAULT_THREADS, THREADS, thread_count
from devhost.host_errors import AppRefused
from devhost_tests.served import SAMPLE_APP, serve
from devhost_tests.test_workers import output, start
from devhost_tests.waiting import until


def test_the_default_is_the_real_hosts_and_is_told_to_the_sdk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(THREADS, "")
    monkeypatch.delenv(THREADS)

    assert DEFAULT_THREADS == thread_count() == 1000
    assert "1000" == os.environ[THREADS]


@pytest.mark.parametrize("text", ["", "many", "0", "-1"])
def test_what_is_no_number_of_threads_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(THREADS, text)

    with pytest.raises(AppRefused, match=f"{THREADS} is '{text}'"):
        thread_count()


def test_with_one_thread_a_request_waits_for_an_activity(tmp_path: Path) -> None:
    """Durable activities and plain HTTP functions share the pool, as in Azure's worker."""
    with serve(SAMPLE_APP, tmp_path / "state", env={THREADS: "1"}) as served:
        status = start(served, "tells_failure", ["outlives", str(tmp_path / "go")])
        until(Path(f"{tmp_path / 'go'}.begun").exists, "the activity")
        codes: list[int] = []
        asking = threading.Thread(target=lambda: codes.append(served.get("/context").status_code))
        asking.start()
        asking.join(2)
        assert [] == codes

        (tmp_path / "go").touch()

        asking.join()
        assert [200] == codes
        assert "no failure" == until(lambda: output(served, status), "the end")
