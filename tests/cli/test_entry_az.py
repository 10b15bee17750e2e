"""What scripts around `az ml` call: extensions, versions, groups, and `az` itself."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.entry import alone, take_sign_ins
from tests.support.refusals import is_refused
from tests.support.stub_service import LIMIT_S, ROOT, StubService, bep, environment, stub_service

SHIM = 'eval "$("$PYTHON" -m cli az-shim)"\n'


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield take_sign_ins(running)


@pytest.mark.parametrize(
    "words",
    [
        ("extension", "add", "-n", "ml", "-y"),
        ("extension", "add", "--name", "ml", "--upgrade", "--allow-preview", "true"),
        ("extension", "add", "--source", "https://example.org/ml.whl", "--yes"),
        ("extension", "update", "-n", "ml"),
        ("extension", "remove", "-n", "azure-cli-ml"),
        ("upgrade", "--yes"),
        ("logout",),
    ],
)
def test_azs_housekeeping_is_accepted_and_says_that_nothing_is_needed(
    service: StubService, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = alone(service, tmp_path, *words)

    assert (0, "") == (done.code, done.stdout)
    assert done.stderr.startswith("WARNING: ")
    assert "" == alone(service, tmp_path, *words, "--only-show-errors").stderr


def test_the_ml_extension_is_listed_as_built_in(service: StubService, tmp_path: Path) -> None:
    done = alone(
        service, tmp_path, "extension", "list", "--query", "[?name=='ml'].version", "-o", "tsv"
    )

    assert done.stdout.strip() == alone(service, tmp_path, "version").answer["extensions"]["ml"]
    assert is_refused(alone(service, tmp_path, "extension", "show", "-n", "nope"), code=3)


def test_the_group_is_the_services_own(service: StubService, tmp_path: Path) -> None:
    done = bep(service, tmp_path, "group", "show", "-n", "g", "--query", "location", "-o", "tsv")

    assert "here\n" == done.stdout
    other = bep(service, tmp_path, "group", "show", "-n", "other")
    assert is_refused(other, code=3)
    assert "The service's is 'g'" in other.stderr


def test_a_connection_string_has_the_account_and_no_key(
    service: StubService, tmp_path: Path
) -> None:
    properties = {"protocol": "http", "accountName": "127.0.0.1:1/acc#", "containerName": "c"}
    service.on("GET", "datastores/workspaceblobstore", {"properties": properties})
    words = ("storage", "account", "show-connection-string", "--name")

    done = bep(service, tmp_path, *words, "127.0.0.1:1/acc#")

    assert {"connectionString": "BlobEndpoint=http://127.0.0.1:1/acc"} == done.answer
    assert is_refused(bep(service, tmp_path, *words, "other"), code=3)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("nope(@)", "Unknown function: nope()"),
        ("length(@, @)", "Expected 1 argument"),
        ("length([0].isDefault)", "length() takes string or array or object, not boolean"),
        ("join(', ', [0].user)", "join() takes array-string, not object"),
    ],
)
def test_a_query_that_does_not_fit_the_answer_is_refused_without_repeating_it(
    service: StubService, tmp_path: Path, query: str, why: str
) -> None:
    done = bep(service, tmp_path, "account", "list", "--query", query)

    assert is_refused(done, code=2)
    assert why in done.stderr
    assert "isDefault" not in done.stderr


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_shim_puts_an_az_on_path_whatever_the_folders_are_called(
    service: StubService, tmp_path: Path, shell: str
) -> None:
    """Spaces and quotes in the configuration's path, `set -eu`, and a call from another folder."""
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    script = (
        f"set -eu\n{SHIM}"
        "mkdir elsewhere; cd elsewhere\n"
        "az ml --help >/dev/null\n"
        "az account show --query '{id: id, name: name}'\n"
    )
    done = subprocess.run(
        [shell, "-c", script],
        cwd=folder,
        env=environment(folder, service.url, PYTHON=sys.executable, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert {"id": "s", "name": "mine"} == json.loads(done.stdout)
