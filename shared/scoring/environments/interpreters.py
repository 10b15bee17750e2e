"""Finds an interpreter of a wanted version: on PATH, of pyenv, of uv, or installed by uv."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.environments.environment_spec import EnvironmentFailed
from shared.scoring.environments.python_version import is_supported
from shared.scoring.environments.uv import Uv
from shared.scoring.environments.uv_variables import environment, pythons_at_home

# Few packages have wheels for an interpreter without the GIL.
_QUESTION = "import sys; print('.'.join(map(str, sys.version_info[:3])), 't' in sys.abiflags)"
# A program on PATH may be a shim without its version, or hang.
_ANSWER_LIMIT_S = 10.0
# An interpreter is 30-60 MB to download.
_INSTALL_LIMIT_S = 300.0
_VERSION = re.compile(r"^(3\.\d+\.\d+) False$")


@dataclass(frozen=True)
class Interpreter:
    path: Path
    version: str

    @property
    def minor(self) -> str:
        return minor_of(self.version)


def minor_of(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _order(interpreter: Interpreter) -> tuple[int, ...]:
    return tuple(map(int, interpreter.version.split(".")))


@dataclass(frozen=True)
class Interpreters:
    """`own` is the app's. `variables` say where to look: PATH, HOME and PYENV_ROOT."""

    own: str
    uv: Uv | None
    variables: Mapping[str, str]

    def choose(self, requested: str) -> Interpreter:
        """The exact version if it is here, else the newest of the same minor.

        Nothing wanted is the app's own. Raises EnvironmentFailed, naming what is there.
        """
        if not requested:
            return self._own()
        fitting = list(self._of_minor(minor_of(requested)))
        if not fitting and (found := self._by_uv(minor_of(requested))):
            fitting = [found]
        if not fitting:
            raise self._missing(requested)
        exact = [one for one in fitting if one.version == requested]
        return exact[0] if exact else max(fitting, key=_order)

    def found(self) -> tuple[str, ...]:
        """The versions that are here, without asking uv to install any."""
        everything = [one for path in self._candidates("3.*") if (one := ask(path))]
        supported = {one.version: one for one in everything if is_supported(one.version)}
        return tuple(sorted(supported, key=lambda version: _order(supported[version])))

    def _own(self) -> Interpreter:
        own = ask(Path(self.own))
        if own is None:
            raise EnvironmentFailed(f"The app's own interpreter '{self.own}' does not run.")
        return own

    def _of_minor(self, minor: str) -> Iterator[Interpreter]:
        for path in self._candidates(minor):
            interpreter = ask(path)
            if interpreter and interpreter.minor == minor:
                yield interpreter

    def _candidates(self, minor: str) -> Iterator[Path]:
        yield Path(self.own)
        folders = [Path(one) for one in self.variables.get("PATH", "").split(os.pathsep) if one]
        for folder in folders:
            pattern = f"python{'3.[0-9]*' if minor == '3.*' else minor}"
            yield from (path for path in folder.glob(pattern) if path.name[6:].count(".") == 1)
        if python3 := shutil.which("python3", path=self.variables.get("PATH", "")):
            yield Path(python3)
        # The folder of 3.1 is not the one of 3.10.
        pattern = "3.*" if minor == "3.*" else f"{minor}.*"
        for root in self._pyenv_roots(folders):
            yield from sorted(root.glob(f"versions/{pattern}/bin/python3"))
        for root in pythons_at_home(self.variables):
            yield from sorted(root.glob(f"cpython-{pattern}/bin/python3"))

    def _pyenv_roots(self, folders: list[Path]) -> list[Path]:
        roots = [Path(self.variables[name]) for name in ("PYENV_ROOT",) if name in self.variables]
        if home := self.variables.get("HOME"):
            roots.append(Path(home) / ".pyenv")
        roots += [folder.parent for folder in folders if folder.name == "shims"]
        return list(dict.fromkeys(roots))

    def _by_uv(self, minor: str) -> Interpreter | None:
        if self.uv is None:
            return None
        if found := self._uv_find(minor):
            return found
        self.uv.call("python", "install", minor, limit_s=_INSTALL_LIMIT_S)
        return self._uv_find(minor)

    def _uv_find(self, minor: str) -> Interpreter | None:
        if self.uv is None:
            return None
        # A broken shim on PATH makes uv give up: those on PATH were looked at already.
        arguments = ("python", "find", minor, "--managed-python", "--no-python-downloads")
        finished = self.uv.call(*arguments, limit_s=_ANSWER_LIMIT_S)
        interpreter = ask(Path(finished.output.strip())) if finished.is_good else None
        return interpreter if interpreter and interpreter.minor == minor else None

    def _missing(self, requested: str) -> EnvironmentFailed:
        here = ", ".join(self.found()) or "none"
        return EnvironmentFailed(
            f"Python {requested} is not on this machine, and uv could not install it. "
            f"Ask for one that is here ({here}), or install Python {minor_of(requested)}."
        )


def ask(path: Path) -> Interpreter | None:
    """None when it does not run, or is none.

    Without its site packages: those of an environment may run code when they are looked at.
    """
    if not os.access(path, os.X_OK):
        return None
    try:
        answer = subprocess.run(  # noqa: S603  # an interpreter that was found, and a fixed question
            [str(path), "-I", "-S", "-c", _QUESTION],
            env=environment(os.environ),
            capture_output=True,
            text=True,
            timeout=_ANSWER_LIMIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    version = _VERSION.match(answer.stdout.strip())
    return Interpreter(path, version[1]) if version and answer.returncode == 0 else None
