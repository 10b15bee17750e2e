"""--reload: a changed file starts the host anew, in the same process and on the same port."""

import json
from pathlib import Path

import pytest

from devhost_tests.served import Served, serve

APP = """
import os, time
import azure.functions as func
app = func.FunctionApp()

@app.route(route="version")
def version(req: func.HttpRequest):
    return "{version} " + os.environ["SETTING"]

@app.route(route="hang")
def hang(req: func.HttpRequest):
    while True:
        time.sleep(0.1)
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    write(tmp_path, "one", setting="a")
    return tmp_path


def write(app: Path, version: str, setting: str) -> None:
    (app / "local.settings.json").write_text(json.dumps({"Values": {"SETTING": setting}}))
    (app / "function_app.py").write_text(APP.replace("{version}", version))


def answers(served: Served, text: str) -> None:
    def is_there() -> bool:
        try:
            return text == served.get("/api/version").text
        except OSError:
            return False

    served.until(is_there, f"the answer {text!r}")


def test_a_change_of_code_or_settings_is_taken_up(app: Path, tmp_path: Path) -> None:
    with serve(app, tmp_path / "state", "--reload") as served:
        answers(served, "one a")
        port, process = served.port, served.process.pid

        write(app, "two", setting="b")

        answers(served, "two b")
        assert (port, process) == (served.port, served.process.pid)
        assert "changed: starting anew" in served.text


def test_a_mistake_is_reported_and_waits_for_its_correction(app: Path, tmp_path: Path) -> None:
    with serve(app, tmp_path / "state", "--reload") as served:
        answers(served, "one a")

        (app / "function_app.py").write_text("1 / 0")
        served.printed("ZeroDivisionError")
        write(app, "three", setting="a")

        answers(served, "three a")


def test_a_function_that_never_returns_does_not_hold_up_a_reload(app: Path, tmp_path: Path) -> None:
    with serve(app, tmp_path / "state", "--reload", "--grace", "0.2") as served:
        answers(served, "one a")
        with pytest.raises(OSError, match="timed out"):
            served.get("/api/hang", timeout=0.3)

        write(app, "two", setting="a")

        answers(served, "two a")
