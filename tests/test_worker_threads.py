"""Too few threads for what the host starts at once are said, with the arithmetic and the fix."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.worker_threads import HOST_DEFAULT, SETTING, few_threads
from tests.support.stack import ROOT

HOST_JSON = ROOT / "host.json"


@pytest.mark.parametrize(("cores", "wanted"), [(1, 52), (2, 72), (4, 112)])
def test_the_arithmetic_follows_the_cores(cores: int, wanted: int) -> None:
    """10 activities and 10 orchestrators for each core, and 32 requests."""
    said = few_threads({SETTING: str(wanted - 1)}, HOST_JSON, cores)

    cap = 10 * cores
    assert f"{SETTING} is {wanted - 1}" in said
    assert f"{cap} + {cap} + 32 = {wanted} threads" in said
    assert f"Set it to {wanted} or more" in said
    assert "" == few_threads({SETTING: str(wanted)}, HOST_JSON, cores)


def test_nothing_is_said_where_the_host_decides() -> None:
    assert "" == few_threads({}, HOST_JSON)
    assert "" == few_threads({SETTING: str(HOST_DEFAULT)}, HOST_JSON, cores=40)


@pytest.mark.parametrize("text", ["many", "0", "-1", "6.5"])
def test_what_is_no_number_is_named_with_what_the_worker_takes(text: str) -> None:
    said = few_threads({SETTING: text}, HOST_JSON, cores=2)

    assert f"is '{text}'" in said
    assert "takes 6" in said


def test_caps_of_host_json_and_of_app_settings_count(tmp_path: Path) -> None:
    host_json = tmp_path / "host.json"
    durable = {"maxConcurrentActivityFunctions": 100, "maxConcurrentOrchestratorFunctions": 5}
    host_json.write_text(json.dumps({"extensions": {"durableTask": durable}}))
    override = "AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions"

    assert "100 + 5 + 32 = 137" in few_threads({SETTING: "9"}, host_json, cores=1)
    assert "7 + 5 + 32 = 44" in few_threads({SETTING: "9", override: "7"}, host_json, cores=1)


def test_the_app_says_it_at_its_start() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import logging; logging.basicConfig(); import function_app"],
        cwd=ROOT,
        env={"PATH": "/usr/bin", SETTING: "6"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == ended.returncode, ended.stderr
    assert f"WARNING:function_app:{SETTING} is 6, and" in ended.stderr
