"""Makes the zip that is deployed: the app and its packages, with nothing to build on Azure.

`python -m local.package`. Equal files make equal zips, byte by byte.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from local.project import DEFAULT_STATE, PROJECT, path_argument

DEFAULT_FILE = DEFAULT_STATE / "app.zip"
PYTHON = "3.13"
"""The worker's, in Azure."""
PLATFORM = "x86_64-manylinux_2_28"
"""What Azure's Functions images can run."""
PACKAGES = Path(".python_packages/lib/site-packages")
"""Where the Functions worker looks for them."""
IGNORED = ".funcignore"
NEVER_IMPORTED = (
    *("pandas/tests", "pyarrow/tests", "pyarrow/include", "pyarrow/src"),
    *("scipy/**/tests", "sklearn/**/tests", "joblib/test", "**/*.a", "**/*.pyx", "**/*.pxd"),
    *("**/*.h", "**/*.hpp", "**/*.pyi", "bin/*"),
)
"""What packages bring along for their own developers, and for compilers."""
KEPT = ("bin/uv",)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_RUNS = 0o100755
_READS = 0o100644


class NotPackaged(Exception):
    """There is no zip, for a reason in words."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    try:
        size, unpacked = package(options.output, with_scorers=options.with_scorers)
    except NotPackaged as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"{options.output}: {size / 1e6:.0f} MB, {unpacked / 1e6:.0f} MB unpacked\n")
    return 0


def package(output: Path, *, with_scorers: bool = False, app: Path = PROJECT) -> tuple[int, int]:
    """The sizes of the zip and of what is in it. Raises NotPackaged."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".package-") as name:
        folder = Path(name)
        for path in deployed_files(app):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(app / path, target)
        _install(folder, with_scorers=with_scorers)
        prune(folder / PACKAGES)
        _compile(folder)
        made = folder.with_suffix(".zip")
        try:
            unpacked = write_zip(folder, made)
            made.replace(output)
        finally:
            made.unlink(missing_ok=True)
    return output.stat().st_size, unpacked


def deployed_files(app: Path = PROJECT) -> Iterator[Path]:
    """What .funcignore leaves, relative to the app."""
    patterns = [
        line
        for line in (app / IGNORED).read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    for root, folders, files in os.walk(app):
        folders[:] = sorted(one for one in folders if not _is_ignored(one, patterns))
        for file in sorted(files):
            if not _is_ignored(file, patterns):
                yield (Path(root) / file).relative_to(app)


def prune(packages: Path) -> None:
    """Remove what is never imported."""
    kept = {packages / one for one in KEPT}
    for pattern in NEVER_IMPORTED:
        for path in sorted(packages.glob(pattern)):
            if path in kept or not path.exists():
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def write_zip(folder: Path, output: Path) -> int:
    """The size of all that is in it. Neither the clock nor the machine is in its bytes."""
    unpacked = 0
    with ZipFile(output, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = ZipInfo(path.relative_to(folder).as_posix(), _LONG_AGO)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = (_RUNS if os.access(path, os.X_OK) else _READS) << 16
            content = path.read_bytes()
            archive.writestr(entry, content)
            unpacked += len(content)
    return unpacked


def _install(folder: Path, *, with_scorers: bool) -> None:
    lists = ["requirements.txt", *(["requirements-scorers.txt"] if with_scorers else [])]
    uv = str(import_module("uv").find_uv_bin())
    command = [uv, "pip", "install", "--quiet", "--only-binary", ":all:"]
    command += ["--target", str(folder / PACKAGES), "--python", sys.executable]
    command += ["--python-version", PYTHON, "--python-platform", PLATFORM]
    command += ["--link-mode", "copy"]
    for one in lists:
        command += ["-r", str(folder / one)]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603  # uv, and our own lists
    if done.returncode:
        raise NotPackaged(f"The packages could not be installed:\n{done.stderr.strip()}")


def _compile(folder: Path) -> None:
    """The deployed files are read-only: what is not compiled here is compiled at each start."""
    if sys.version_info[:2] != tuple(map(int, PYTHON.split("."))):
        sys.stderr.write(
            f"Not compiled, for this Python is no {PYTHON}: the app starts some seconds later.\n"
        )
        return
    command = [sys.executable, "-m", "compileall", "-q", "-q", "-j", "0", "-o", "0"]
    # Zips know times to two seconds only: a file's time must not matter. Paths are those of Azure.
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), str(folder)]
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  # our own Python


def _is_ignored(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog="./run package",
        description="Make the zip that is deployed to Azure: the app, and its packages for Linux.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "-o",
        "--output",
        type=path_argument,
        default=DEFAULT_FILE,
        metavar="FILE",
        help="Where to. Default: .state/app.zip.",
    )
    parser.add_argument(
        "--with-scorers",
        action="store_true",
        help="With the packages of requirements-scorers.txt, which are else installed on Azure "
        "when a deployment needs them.",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
