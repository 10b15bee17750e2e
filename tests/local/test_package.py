"""The deployed zip holds the app and the worker's packages, and they are enough to start."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from local.package import PACKAGES, deployed_files, main, prune, write_zip
from tests.support.json_over_http import get_json
from tests.support.waiting import is_running, wait_until

PROJECT = Path(__file__).parents[2]
ONLY_SCORING = ("mlflow", "pandas", "pyarrow", "scipy", "sklearn", "numpy")
MOST_UNPACKED = 180e6
"""Of the worker's package; it was 738 MB when what only scores was in it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    assert 0 == main(["--output", str(folder / "app.zip")])
    return folder / "app.zip"


@pytest.fixture(scope="module")
def unpacked(made: Path) -> Path:
    """As Azure lays it: what the zip says of permissions holds."""
    folder = made.parent / "wwwroot"
    with ZipFile(made) as archive:
        archive.extractall(folder)
        for entry in archive.infolist():
            (folder / entry.filename).chmod(entry.external_attr >> 16)
    return folder


def test_it_has_the_app_and_what_the_worker_imports(made: Path) -> None:
    with ZipFile(made) as archive:
        names = set(archive.namelist())

    assert {"function_app.py", "host.json", "requirements-scorers.txt", "constraints.txt"} <= names
    assert f"{PACKAGES}/azure/functions/__init__.py" in names
    assert f"{PACKAGES}/uv/__init__.py" in names
    assert not [
        name
        for name in names
        if name.startswith(tuple(f"{PACKAGES}/{one}/" for one in ONLY_SCORING))
    ]


def test_it_is_small(made: Path) -> None:
    with ZipFile(made) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) < MOST_UNPACKED
    assert made.stat().st_size < MOST_UNPACKED / 2


def test_nothing_of_a_developer_is_in_it() -> None:
    top = {path.parts[0] for path in deployed_files()}

    assert {"function_app.py", "shared", "studio", "triggers", "activities"} <= top
    assert not {"tests", "cli", "devhost", "infra", "docs", ".venv", ".git", "azure.yaml"} & top
    assert not [path for path in deployed_files() if "__pycache__" in path.parts]


def test_the_app_imports_with_nothing_but_the_zip(unpacked: Path) -> None:
    """The interpreter is one without site-packages: what is missing is missing."""
    asking = (
        f"import sys; sys.path[:0] = ['.', '{PACKAGES}']\n"
        "import function_app\n"
        "print(len(function_app.app.get_functions()))"
    )
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", asking],
        cwd=unpacked,
        check=False,
        capture_output=True,
        text=True,
    )

    assert 0 == done.returncode, done.stderr
    assert int(done.stdout) > 80


def test_uv_runs_from_the_zip(unpacked: Path) -> None:
    """It builds what is not in there."""
    done = subprocess.run(
        [unpacked / PACKAGES / "bin" / "uv", "--version"], check=True, capture_output=True
    )
    assert done.stdout.startswith(b"uv ")


@pytest.mark.skipif(sys.version_info[:2] != (3, 13), reason="The worker's Python is 3.13.")
def test_it_is_compiled_for_files_whose_times_were_lost(unpacked: Path) -> None:
    compiled = next((unpacked / "shared" / "__pycache__").glob("settings.*.pyc")).read_bytes()
    unchecked_hash = 0b01
    assert unchecked_hash == int.from_bytes(compiled[4:8], "little")


@pytest.fixture
def serving(unpacked: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The local host with the unpacked app, and its packages before those of the developer."""
    arguments = [f"--app={unpacked}", "--port=0", f"--state={tmp_path}/s", f"--ready={tmp_path}/r"]
    with (
        (tmp_path / "output").open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "local.serve", *arguments],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(unpacked / PACKAGES)},
            stdout=output,
            stderr=output,
        ) as process,
    ):

        def ready() -> dict[str, Any]:
            assert process.poll() is None, (tmp_path / "output").read_text()
            with suppress(FileNotFoundError):
                facts: dict[str, Any] = json.loads((tmp_path / "r").read_text())
                return facts if is_running(facts["pids"]["host"]) else {}
            return {}

        yield wait_until(ready, limit_s=120)
        process.terminate()
        process.wait(60)


def test_it_starts_on_the_local_host(serving: dict[str, Any]) -> None:
    told = get_json(f"{serving['url']}/metadata/endpoints?api-version=2019-05-01")

    assert serving["url"].split("//")[1] in json.dumps(told)


def test_equal_files_make_equal_zips(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "run").write_text("x")
    (folder / "bin" / "run").chmod(0o755)
    (folder / "a.txt").write_text("y")
    write_zip(folder, tmp_path / "1.zip")
    os.utime(folder / "a.txt", (1, 1))
    (folder / "a.txt").chmod(0o600)

    assert 2 == write_zip(folder, tmp_path / "2.zip")

    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with ZipFile(tmp_path / "1.zip") as archive:
        modes = {one.filename: one.external_attr >> 16 & 0o777 for one in archive.infolist()}
    assert {"a.txt": 0o644, "bin/run": 0o755} == modes


def test_what_is_never_imported_goes_and_the_rest_stays(tmp_path: Path) -> None:
    gone = ["pandas/tests/a.py", "pyarrow/include/a.h", "sklearn/x/tests/a.py", "bin/pip", "b/c.a"]
    stays = ["pandas/a.py", "numpy/_core/tests/_natype.py", "bin/uv", "mine/tests/a.py"]
    for name in (*gone, *stays):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    prune(tmp_path)

    left = {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()}
    assert set(stays) == left


def test_packages_that_cannot_be_had_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))

    assert 1 == main(["--output", str(tmp_path / "zip" / "app.zip")])

    assert "packages could not be installed" in capsys.readouterr().err
    assert [] == list((tmp_path / "zip").iterdir())
