"""The uv program, which resolves and installs packages: where it is, and how it is called."""

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from shared.scoring.enclosure import Enclosure
from shared.scoring.environments.build_command import CommandResult, Hear, hear_nothing, run
from shared.scoring.environments.disk_room import DiskFull, is_no_space, tells_of_no_space
from shared.scoring.environments.environment_spec import (
    BuilderKilled,
    EnvironmentFailed,
    OnOutput,
    ignore,
)
from shared.scoring.environments.pip_options import without_secrets
from shared.scoring.environments.uv_variables import of_builds
from shared.scoring.scorer.cause_of_death import describe_death

_PROJECT = Path(__file__).parents[3]
# How uv tells of a compiler, or a package's own build, that was killed.
_KILLED_BELOW = "signal: 9 (SIGKILL)"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Uv:
    """`readable` are those of the `hidden` places that this build needs: a model's own packages."""

    program: str
    cache: Path
    pythons: Path
    work: Path
    limit_s: float
    variables: Mapping[str, str]
    hidden: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    on_output: OnOutput = ignore
    check_room: Callable[[], None] = lambda: None

    def call(
        self,
        *arguments: str,
        writable: Sequence[Path] = (),
        limit_s: float | None = None,
        hear: Hear = hear_nothing,
    ) -> CommandResult:
        """Raises EnvironmentFailed when uv cannot be started, BuilderKilled when it was killed.

        Raises DiskFull when it left too little of the disk, or found none.
        """
        command = [self.program, *arguments, "--no-config", "--no-progress", "--color", "never"]

        def listen(log: str) -> None:
            self.check_room()
            hear(log)

        try:
            with tempfile.TemporaryDirectory(dir=self.work) as temporary:
                finished = run(
                    command,
                    limit_s=self.limit_s if limit_s is None else limit_s,
                    environment=self._environment(temporary),
                    cwd=Path(temporary),
                    enclosure=self._make_enclosure((Path(temporary), *writable)),
                    hear=listen,
                )
        except OSError as error:
            if is_no_space(error):
                raise DiskFull(str(error)) from error
            raise EnvironmentFailed(f"uv cannot be started: {error}.") from error
        self.on_output(f"> uv {' '.join(arguments)}\n{_readable(finished.log)}")
        if finished.code is not None and finished.code < 0:
            raise BuilderKilled(f"uv {describe_death(finished.code)}.", log=finished.log)
        if not finished.is_good and tells_of_no_space(finished.log):
            raise DiskFull(_reason(finished.log), log=finished.log)
        self.check_room()
        return finished

    def _environment(self, temporary: str) -> dict[str, str]:
        places = {"temporary": Path(temporary), "cache": self.cache, "pythons": self.pythons}
        return of_builds(self.variables, **places)

    def _make_enclosure(self, writable: Sequence[Path]) -> Enclosure:
        """Building a package runs its code: it reaches this environment and uv's own folders."""
        own = (self.cache, self.pythons)
        for folder in own:
            with suppress(OSError):  # then uv says what it could not write
                folder.mkdir(parents=True, exist_ok=True)
        return Enclosure(
            writable=(*writable, *own),
            readable=(Path(self.program).parent, Path(sys.prefix), *self.readable),
            hidden=self.hidden,
            is_sociable=False,
        )

    def run_or_fail(
        self, what: str, *arguments: str, writable: Sequence[Path], hear: Hear = hear_nothing
    ) -> str:
        """What uv printed; raises EnvironmentFailed, with uv's own reason, when it failed."""
        finished = self.call(*arguments, writable=writable, hear=hear)
        if finished.is_good:
            return finished.output
        if _KILLED_BELOW in finished.log:
            what_died = f"{what}: what uv ran {describe_death(-signal.SIGKILL)}."
            raise BuilderKilled(what_died, log=finished.log)
        if finished.code is None:
            reason = f"It took more than {self.limit_s:g} s, the longest that a build may take."
        else:
            reason = _reason(finished.log) or f"uv exited with code {finished.code}."
        raise EnvironmentFailed(f"{what}: {reason}", log=finished.log)


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
