"""Packages made on the spot, so that environments are built for real without a package index."""

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

_METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
_WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_SLOW = """
import json, os, time, zipfile
from pathlib import Path

HERE = Path({here!r})  # and not where it is built: that is a copy

def build_wheel(folder, config_settings=None, metadata_directory=None):
    began = time.monotonic()
    with Path(os.environ["UV_CACHE_DIR"], "builds").open("a") as builds:
        builds.write("%d\\n" % os.getpid())
    while not (HERE / "go").exists():
        if time.monotonic() - began > 60:
            os._exit(1)
        time.sleep(0.02)
    with zipfile.ZipFile(Path(folder) / "slow-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in json.loads((HERE / "files.json").read_text()).items():
            wheel.writestr(name, text)
    return "slow-1.0-py3-none-any.whl"
"""


def wheel(
    folder: Path, name: str, version: str, requires: tuple[str, ...] = (), *, megabytes: int = 0
) -> None:
    """A pure Python wheel whose module says its version, with so much data beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in _files(name, version, requires).items():
            archive.writestr(path, text)
        for number in range(megabytes):
            archive.writestr(f"{name}-data/{number}.bin", os.urandom(10**6))


def sdist(folder: Path, name: str, version: str, build: str) -> None:
    """A package without a wheel, whose own build runs the code."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "backend.py": f"def build_wheel(folder, *given, **more):\n    {build}\n",
        "PKG-INFO": _METADATA.format(name=name, version=version).replace("2.1", "2.2"),
        "pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    }
    with tarfile.open(folder / f"{name}-{version}.tar.gz", "w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


def slow_project(folder: Path) -> Path:
    """A source folder whose build waits for `go`; its process id is in `builds` of uv's cache."""
    folder.mkdir(parents=True)
    (folder / "backend.py").write_text(_SLOW.replace("{here!r}", repr(str(folder))))
    (folder / "files.json").write_text(json.dumps(_files("slow", "1.0", ())))
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "slow"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return folder


def _files(name: str, version: str, requires: tuple[str, ...]) -> dict[str, str]:
    info = f"{name}-{version}.dist-info"
    depends = "".join(f"Requires-Dist: {one}\n" for one in requires)
    return {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": _METADATA.format(name=name, version=version) + depends,
        f"{info}/WHEEL": _WHEEL,
        f"{info}/RECORD": f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n",
    }
