"""`./run serve --instances`: several hosts of one task hub, each with a disk of its own."""

import os
import signal
from pathlib import Path

import pytest

from local.serve import MOST_INSTANCES
from tests.local.test_serve import serve_command
from tests.support.json_over_http import get_json
from tests.support.stack import Stack, served
from tests.support.waiting import is_running, wait_until

APP = """
import json, os
import azure.functions as func

app = func.FunctionApp()

@app.route(route="settings", auth_level=func.AuthLevel.ANONYMOUS)
def settings(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(dict(os.environ)))
"""


def settings_of(stack: Stack) -> list[dict[str, str]]:
    return [get_json(f"{url}/api/settings") for url in stack.facts["urls"]]


def test_each_instance_has_a_port_and_a_disk_of_its_own_and_all_else_in_common(
    tmp_path: Path,
) -> None:
    (tmp_path / "function_app.py").write_text(APP)
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    with served(tmp_path / "state", app=tmp_path, instances=3) as stack:
        assert {"serve", "azurite", "host", "host-2", "host-3"} == stack.facts["pids"].keys()
        first, second, third = settings_of(stack)
        disks = [one.pop("SCRATCH_FOLDER") for one in (first, second, third)]
        assert ["scratch", "scratch-2", "scratch-3"] == [Path(disk).name for disk in disks]
        assert first["STORAGE_CONNECTION_STRING"] == third["STORAGE_CONNECTION_STRING"]
        assert stack.url == first["PUBLIC_URL"] == second["PUBLIC_URL"]

        before = int(stack.facts["pids"]["host-2"])
        os.kill(before, signal.SIGKILL)
        stack.back_after("host-2", before)
        wait_until(lambda: 3 == len(settings_of(stack)))
        pids = dict(stack.facts["pids"])

    assert not any(is_running(pid) for pid in pids.values())


@pytest.mark.parametrize("count", ["0", str(MOST_INSTANCES + 1), "two"])
def test_a_number_of_instances_that_is_none_is_refused(tmp_path: Path, count: str) -> None:
    done = serve_command("--instances", count, "--state", str(tmp_path))

    assert 2 == done.returncode
    assert f"'{count}'" in done.stderr


def test_several_instances_of_core_tools_are_refused(tmp_path: Path) -> None:
    done = serve_command("--host", "func", "--instances", "2", "--state", str(tmp_path))

    assert 2 == done.returncode
    assert "--instances 2 is for the project's own local host" in done.stderr
