"""The commands of README and docs, run as they are printed: in a copy of the project."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.doc_blocks import DOCS, commands
from tests.support.fares import fares, fares_in
from tests.support.stack import ROOT, Stack, served

LIMIT_S = 480
COPIED = ("*.py", "*.json", "*.txt", "*.toml", "run", "README.md")
FOLDERS = (
    "activities",
    "cli",
    "devhost",
    "examples",
    "local",
    "orchestrators",
    "shared",
    "triggers",
)
INSTALLED = (".venv", "node_modules")
README = ROOT / "README.md"
PAGES = (README, *sorted(DOCS.glob("*.md")))
RESULTS = (".state/fares", ".state/taxi")
"""What the pages write, and would not overwrite."""
NOT_RUN = {
    "README.md": [
        "./run demo",
        "./run bep score MODEL DATA",
        "./run serve",
        "./run serve --tls",
        "python3 -m venv",
        "--host func",
        "azd up",
    ],
    "azure.md": [
        "azd up",
        "./infra/publish-package.sh",
        "az deployment sub create",
        "./run package",
        "docker compose",
        "kubectl apply",
        "federated-credential",
    ],
    "backends.md": ["infra/backends/host.dts.json"],
    "data.md": [
        "--file lake.yml",
        "--file trips.yml",
        "--include",
        "--split",
        "--dry-run",
        "--output-layout hive",
        "--output-name partial",
        "partial.missing",
    ],
    "events.md": ["az eventgrid"],
    "housekeeping.md": ["bep housekeeping run"],
    "telemetry.md": ["jaegertracing"],
    "coming-from-azure-ml.md": ["--use-device-code"],
    "schedules.md": ["bep schedule create"],
    "webhooks.md": ["bep webhook create", "bep webhook deliveries"],
}
STAMPS = """\
HERE=$(pwd -P)
eval "$(grep -E '^(NODE=|packages_stamp|azurite_stamp)' run)"
packages_stamp >.venv/.ready
azurite_stamp >node_modules/.ready
"""


def copy_project(folder: Path) -> Path:
    """The project in another folder, with what is installed for this one, as `./run` left it."""
    folder.mkdir()
    for pattern in COPIED:
        for file in ROOT.glob(pattern):
            shutil.copy(file, folder / file.name)
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True
        )
    for name in INSTALLED:
        (folder / name).mkdir()
        for part in (ROOT / name).iterdir():
            if part.name != ".ready":
                (folder / name / part.name).symlink_to(part)
    subprocess.run(["bash", "-euc", STAMPS], cwd=folder, check=True, timeout=LIMIT_S)
    return folder


def files_of(folder: Path) -> set[Path]:
    """What git would see, were it asked: not what `.gitignore` names."""
    ignored = {*INSTALLED, ".state", ".tools", ".cache"}
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        path for path in found if path.parts[0] not in ignored and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("documented") / "a copy")


@pytest.fixture(scope="module")
def stack(project: Path) -> Iterator[Stack]:
    with served(project / ".state") as running:
        yield running


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    for page in PAGES:
        excepted = [one for one in commands(page) if one.reason]
        expected = NOT_RUN.get(page.name, [])
        assert len(expected) == len(excepted), page
        for words, block in zip(expected, excepted, strict=True):
            assert words in block.text


@pytest.mark.timeout(LIMIT_S + 60)
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(not one.reason for one in commands(page))],
    ids=lambda page: page.name,
)
def test_the_commands_of_a_page_work_as_printed(project: Path, stack: Stack, page: Path) -> None:
    """All that is told to them is where the service is; they leave no file that git would see.

    Pages of docs go on where the README ends, in the same shell.
    """
    for folder in RESULTS:
        shutil.rmtree(project / folder, ignore_errors=True)
    before = files_of(project)
    script = script_of(page) if page == README else script_of(README) + script_of(page)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=project,
        env=os.environ | where(project, stack),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )

    assert 0 == done.returncode, done.stdout
    assert set() == files_of(project) - before
    if page == README:
        check_results(project / ".state/results", done.stdout)


def where(project: Path, stack: Stack) -> dict[str, str]:
    """For curl the address, for `bep` the state folder: the program is that of the original."""
    state = project / ".state"
    own = {"BEP_STATE_DIR": state, "BEP_CONFIG_DIR": state / "config"}
    return {"URL": stack.url, "NO_PROXY": "127.0.0.1"} | {key: str(own[key]) for key in own}


def script_of(page: Path) -> str:
    return "".join(one.text for one in commands(page) if not one.reason)


def check_results(results: Path, said: str) -> None:
    assert fares() == fares_in(results / "predictions.csv")
    receipt = json.loads((results / "receipt.json").read_text())
    assert "proven" == receipt["verdict"]
    assert "" == (results / "errors.jsonl").read_text()
    printed = [receipt["verdict"], receipt["output"]["sha256"]]
    assert "\n".join(json.dumps(one) for one in printed) in said
