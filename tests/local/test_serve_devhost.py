import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.json_over_http import get_json
from tests.support.waiting import is_running, wait_until

PROJECT = Path(__file__).parent.parent.parent

APP = """
import json, os
import azure.functions as func

app = func.FunctionApp()

@app.route(route="setting/{name}", auth_level=func.AuthLevel.ANONYMOUS)
def setting(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(os.environ.get(req.route_params["name"])))
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "function_app.py").write_text(APP)
    (folder / "host.json").write_text('{"version": "2.0"}')
    return folder


@pytest.fixture
def serve(app: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`./run serve` with the project's own host, and somebody else's app."""
    where = app.parent
    arguments = [f"--app={app}", "--port=0", f"--state={where}/state", f"--ready={where}/r"]
    arguments += ["--", "--auth", "--routes", "--host", "0.0.0.0"]  # noqa: S104  # of this test
    with (
        (where / "output").open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "local.serve", *arguments],
            cwd=PROJECT,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        yield process
        process.kill()


def test_any_app_is_served_through_deaths_of_its_host(
    serve: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    def facts() -> dict[str, Any]:
        with suppress(FileNotFoundError):
            read: dict[str, Any] = json.loads((tmp_path / "r").read_text())
            if is_running(read["pids"]["host"]):
                return read
        assert serve.poll() is None, (tmp_path / "output").read_text()
        return {}

    first = wait_until(facts)
    assert "setting: [ANY] http://localhost:" in (tmp_path / "output").read_text()
    setting = f"{first['url']}/api/setting/STORAGE_CONNECTION_STRING"
    assert first["storage_connection_string"] == get_json(setting)

    os.kill(first["pids"]["host"], signal.SIGKILL)
    wait_until(lambda: not is_running(first["pids"]["host"]))
    second = wait_until(facts)
    assert first["storage_connection_string"] == get_json(setting)

    serve.terminate()
    assert 0 == serve.wait(60)
    assert all(not is_running(pid) for pid in second["pids"].values())
