"""The package as anybody uses it: a plain app in a folder of its own, served by the command."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import requests

from devhost_tests.served import Served, serve_by_command
from devhost_tests.waiting import until

PACKAGE = Path(__file__).parents[2]
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
DISTRIBUTIONS = {
    "yarl": "yarl",
    "aiohttp": "aiohttp",
    "azure.core": "azure-core",
    "azure.durable_functions": "azure-functions-durable",
    "azure.functions": "azure-functions",
    "azure.storage.blob": "azure-storage-blob",
    "azure_functions_runtime": "azure-functions-runtime",
    "cryptography": "cryptography",
    "durabletask": "durabletask",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
}
COMMANDS = Path(sys.prefix) / "bin"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The README's app, as it is printed."""
    folder = tmp_path / "my-app"
    folder.mkdir()
    (folder / "host.json").write_text(block("json"))
    (folder / "function_app.py").write_text(block("python"))
    return folder


def ending(url: str) -> dict[str, object] | None:
    status = requests.get(url, timeout=20)
    document: dict[str, object] = status.json()
    return document if status.status_code == 200 else None


def order(served: Served) -> str:
    started = served.post("/orders", json=["tea", "cups"])
    assert 202 == started.status_code, started.text
    return str(started.json()["statusQueryGetUri"])


def test_the_app_of_the_readme_runs_by_the_command_in_its_own_folder(app: Path) -> None:
    with serve_by_command(COMMANDS / "devhost", app, folder=app.parent) as served:
        status = order(served)

        ended = until(lambda: ending(status), "the end of the order")

    assert ("Completed", "tea (packed), cups (packed)") == (
        ended["runtimeStatus"],
        ended["output"],
    )
    assert (app.parent / ".devhost" / "devhost.db").is_file(), "the default state folder"


def test_a_killed_host_goes_on_where_it_was(app: Path) -> None:
    with serve_by_command(COMMANDS / "devhost", app, folder=app.parent) as served:
        path = order(served).partition(served.url.partition("//")[2].partition(":")[2])[2]
        served.process.kill()
        served.process.wait()

    with serve_by_command(COMMANDS / "devhost", app, folder=app.parent) as served:
        ended = until(lambda: ending(served.url + path), "the end of the order")

    assert "tea (packed), cups (packed)" == ended["output"]


def test_the_preflight_command_says_whether_azure_would_load_the_app(app: Path) -> None:
    command = [str(COMMANDS / "devhost-preflight"), str(app)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    # The three of the app, and the two that every DFApp brings.
    assert (0, "Azure would load 5 functions.\n") == (done.returncode, done.stdout), done.stderr


def test_every_option_stands_in_the_readme() -> None:
    done = subprocess.run(
        [COMMANDS / "devhost", "--help"], capture_output=True, text=True, check=True
    )

    options = set(re.findall(r"--[a-z-]+", done.stdout)) - {"--help"}

    assert {"--port", "--tls"} <= options
    assert [] == sorted(option for option in options if f"`{option}" not in README)


def imported() -> set[str]:
    """The modules of others that its files name."""
    names: set[str] = set()
    for path in (PACKAGE / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
            elif isinstance(node, ast.Import):
                names.update(name.name for name in node.names)
    own = {*sys.stdlib_module_names, "devhost"}
    return {name for name in names if name.partition(".")[0] not in own}


def test_what_it_imports_is_declared_and_nothing_else() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    optional = [one for extra in project["optional-dependencies"].values() for one in extra]
    declared = {re.split(r"[<>=]", one)[0] for one in [*project["dependencies"], *optional]}

    used = {
        name: [one for one in DISTRIBUTIONS if f"{name}.".startswith(f"{one}.")]
        for name in imported()
    }

    assert [] == sorted(name for name, found in used.items() if len(found) != 1)
    assert declared == {DISTRIBUTIONS[found[0]] for found in used.values()}
