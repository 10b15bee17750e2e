"""The uv program, which resolves and installs packages: where it is, and how it is called."""

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from shared.scoring.enclosure import Enclosure
from shared.scoring.environments.command import Finished, run
from shared.scoring.environments.pip_options import without_secrets
from shared.scoring.environments.spec import BuilderKilled, EnvironmentFailed, Tell, ignore
from shared.scoring.scorer.death import told

# Building a package runs its code: it sees no settings of the service.
_PASSED = frozenset(
    {
        "ALL_PROXY",
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LANG",
        "LD_LIBRARY_PATH",
        "NO_PROXY",
        "PATH",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TMPDIR",
        "TZ",
    }
)
# The operator's package index is named by uv's own variables.
_PASSED_PREFIXES = ("UV_", "LC_")
_PROJECT = Path(__file__).parents[3]
# How uv tells of a compiler, or a package's own build, that was killed.
_KILLED_BELOW = "signal: 9 (SIGKILL)"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Uv:
    """`readable` are those of the `hidden` places that this build needs: a model's own packages."""

    program: str
    cache: Path
    work: Path
    limit_s: float
    variables: Mapping[str, str]
    hidden: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    tell: Tell = ignore

    def call(
        self, *arguments: str, writable: Sequence[Path] = (), limit_s: float | None = None
    ) -> Finished:
        """Raises EnvironmentFailed when uv cannot be started, BuilderKilled when it was killed."""
        command = [self.program, *arguments, "--no-config", "--no-progress", "--color", "never"]
        try:
            with tempfile.TemporaryDirectory(dir=self.work) as temporary:
                finished = run(
                    command,
                    limit_s=self.limit_s if limit_s is None else limit_s,
                    environment=self._environment(temporary),
                    cwd=Path(temporary),
                    enclosure=self._enclosure((Path(temporary), *writable)),
                )
        except OSError as error:
            raise EnvironmentFailed(f"uv cannot be started: {error}.") from error
        self.tell(f"> uv {' '.join(arguments)}\n{_readable(finished.log)}")
        if finished.code is not None and finished.code < 0:
            raise BuilderKilled(f"uv {told(finished.code)}.", log=finished.log)
        return finished

    def _environment(self, temporary: str) -> dict[str, str]:
        """What builds keep for themselves goes with the build, but for uv's own cache."""
        return {
            **environment(self.variables),
            "CARGO_HOME": f"{temporary}/cargo",
            "TMPDIR": temporary,
            "UV_CACHE_DIR": str(self.cache),
            "UV_PYTHON_INSTALL_BIN": "0",
            "XDG_CACHE_HOME": f"{temporary}/cache",
        }

    def _enclosure(self, writable: Sequence[Path]) -> Enclosure:
        """Building a package runs its code: it reaches this environment and uv's own folders."""
        own = (self.cache, *_pythons(self.variables))
        for folder in own:
            with suppress(OSError):  # then uv says what it could not write
                folder.mkdir(parents=True, exist_ok=True)
        return Enclosure(
            writable=(*writable, *own),
            readable=(Path(self.program).parent, Path(sys.prefix), *self.readable),
            hidden=self.hidden,
            is_sociable=False,
        )

    def do(self, what: str, *arguments: str, writable: Sequence[Path]) -> str:
        """What uv printed; raises EnvironmentFailed, with uv's own reason, when it failed."""
        finished = self.call(*arguments, writable=writable)
        if finished.is_good:
            return finished.output
        if _KILLED_BELOW in finished.log:
            what_died = f"{what}: what uv ran {told(-signal.SIGKILL)}."
            raise BuilderKilled(what_died, log=finished.log)
        if finished.code is None:
            reason = f"It took more than {self.limit_s:g} s, the longest that a build may take."
        else:
            reason = _reason(finished.log) or f"uv exited with code {finished.code}."
        raise EnvironmentFailed(f"{what}: {reason}", log=finished.log)


def _pythons(variables: Mapping[str, str]) -> tuple[Path, ...]:
    """Where uv keeps the interpreters that it installs."""
    if chosen := variables.get("UV_PYTHON_INSTALL_DIR"):
        return (Path(chosen),)
    home = variables.get("HOME")
    return (Path(home, ".local", "share", "uv", "python"),) if home else ()


def environment(parent: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in parent.items()
        if name.upper() in _PASSED or name.startswith(_PASSED_PREFIXES)
    }


def find_uv(chosen: str | None) -> str:
    """The one chosen; else of the app's packages, the project's tools, or PATH, in this order."""
    for program in (chosen, _of_packages(), *_of_project(), shutil.which("uv")):
        if program and os.access(program, os.X_OK):
            return str(Path(program).absolute())
    raise EnvironmentFailed(
        "There is no uv to build the environment with. Install the package 'uv' beside the app."
    )


def _of_project() -> Sequence[str]:
    tools = _PROJECT / ".tools"
    return [str(path) for path in (tools / "uv" / "bin" / "uv", *sorted(tools.glob("uv==*/uv")))]


def _of_packages() -> str | None:
    try:
        return str(import_module("uv").find_uv_bin())
    except (ImportError, FileNotFoundError):
        return None


def _readable(log: str) -> str:
    """Without colours, and without what an index's address may hold."""
    return without_secrets(_ANSI.sub("", log)).strip() + "\n"


def _reason(log: str) -> str:
    """Its explanation, line by line, without its progress and its warnings."""
    lines = [line.rstrip() for line in _readable(log).splitlines() if line.strip()]
    begins = [
        index
        for index, line in enumerate(lines)
        if re.match(r"(error|hint|\u00d7)[: ]", line.strip())
    ]
    explained = lines[begins[0] :] if begins else lines[-20:]
    words = "\n".join(line.strip(" │╰─▶├→\u00d7") for line in explained)
    return words.removeprefix("error:").strip()
