"""A served stack hides its state folder from the scripts that it runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.scoring.child import fence
from tests.service.conftest import put_script
from tests.support.stack import WORKSPACE, Stack, served

_LOOKS = """\
import json
import os
import sys

STATE = {state!r}
SECRETS = {secrets!r}


def outcome(path):
    try:
        with open(os.path.join(STATE, path), "rb") as file:
            return len(file.read(10))
    except OSError as error:
        return type(error).__name__


def init():
    print("the init of " + sys.executable)


def run(mini_batch):
    told = {{path: outcome(path) for path in SECRETS}}
    return [json.dumps({{"told": told, "input": open(mini_batch[0]).read()}})]
"""


@pytest.mark.skipif(not fence.is_available(), reason="this kernel has no Landlock")
def test_no_script_reads_the_issuers_key_the_hosts_database_or_the_stores_blobs(
    stack: Stack, script: Any
) -> None:
    stack.upload("seen", {"a.txt": b"mine"})
    every = [path for path in stack.state.rglob("*") if path.is_file()]
    secret = sorted(
        str(path.relative_to(stack.state))
        for path in every
        if not path.is_relative_to(stack.state / "scratch")
    )
    assert {"issuer/key.pem", "host/devhost.db"} <= set(secret)
    assert any(path.startswith("azurite/") for path in secret)

    script("looks", _LOOKS.format(state=str(stack.state), secrets=secret))
    properties = stack.ended(stack.invoke("looks", stack.upload("seen", {"a.txt": b"mine"})))

    (line,) = stack.output(properties).decode().splitlines()
    seen = json.loads(line)
    assert "mine" == seen["input"]
    assert set(secret) == set(seen["told"])
    assert {"PermissionError"} == set(seen["told"].values()) - {"FileNotFoundError"}
    assert "PermissionError" == seen["told"]["issuer/key.pem"]


@pytest.mark.skipif(not fence.is_available(), reason="this kernel has no Landlock")
def test_no_script_reads_the_sign_ins_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sign-ins"
    folder.mkdir()
    (folder / "tokens.json").write_text("{}")
    monkeypatch.setenv("BEP_CONFIG_DIR", str(folder))
    with served(tmp_path / "state") as own:
        put_script(own, "looks", _LOOKS.format(state=str(folder), secrets=["tokens.json"]))
        properties = own.ended(own.invoke("looks", own.upload("seen", {"a.txt": b"mine"})))
        (line,) = own.output(properties).decode().splitlines()

    assert {"told": {"tokens.json": "PermissionError"}, "input": "mine"} == json.loads(line)


def test_the_log_of_a_making_is_for_readers(stack: Stack, script: Any) -> None:
    source = "def init():\n    print('half way')\n    raise OSError('no GPU')\n\n\n"
    script("fails", f"{source}def run(mini_batch):\n    return []\n")
    path = f"{WORKSPACE}/batchEndpoints/fails/deployments/main/getLogs"

    answer = stack.send("POST", path, token=stack.token("reader"))

    assert 401 == stack.send("POST", path, token="").status
    assert 200 == answer.status
    said = answer.body["content"]
    assert said.startswith("=== init ===")
    assert said.index("half way") < said.index("OSError: no GPU")
