"""The scorer of a custom script: init() once, run(mini_batch) for every request, and shutdown().

1. The code folder is copied into the process's own, so that what the script writes beside itself
   is seen by nobody else; the copy is the working directory and the first entry of `sys.path`.
2. The script is imported as a module of its own name, never as `__main__`.
3. What run() returns becomes lines: see `rows.py`.
"""

from __future__ import annotations

import inspect
import logging
import os
import shutil
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import CODE, InitRequest, RunDone, RunRequest
from ..parent_death import LEAVE_GRACE_S
from . import azureml_stubs, batch_context, entry_module, open_files, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from ..messages import Run

# So many names of the code folder are shown when the script is not among them.
_MOST_NAMES = 20


class BadScript(Exception):
    """The script is not what a deployment needs."""


class Exited(Exception):
    """The script left where it had to return."""


def prepare(logging_level: str) -> None:
    """What comes before the script's import, and is the same for every script."""
    _log_to_stdout(logging_level)
    azureml_stubs.install(Path.cwd())


def load(start: InitRequest) -> Run:
    scratch = Path.cwd()
    code = scratch / CODE
    shutil.copytree(start.code_dir, str(code))
    os.chdir(str(code))
    sys.path.insert(0, str(code))
    sys.argv[:] = [start.script, "--logging_level", start.logging_level.upper()]
    _log_to_stdout(start.logging_level)
    azureml_stubs.install(scratch)
    script = _Script(code)
    module: Any = script.start("its import", _import, code, start.script)
    run = _function(module, "run", start.script)
    if run is None:
        raise BadScript(
            f"'{start.script}' defines no run(mini_batch). Add one: it is called with the files."
        )
    init = _function(module, "init", start.script)
    if init is not None and inspect.iscoroutine(script.start("init()", init)):
        raise BadScript("init() is an async function, which nobody awaits. Define it with def.")

    try:
        call = batch_context.bind_context(run)
    except batch_context.WrongArguments as error:
        raise BadScript(f"'{start.script}': {error}") from error

    return _Scoring(script, call, _function(module, "shutdown", start.script))


class _Scoring:
    """What the conversation calls: `shutdown` is None where the script has none."""

    def __init__(
        self, script: _Script, run: Callable[..., Any], shutdown: Callable[..., Any] | None
    ) -> None:
        self._script = script
        self._run = run
        self._shutdown = shutdown

    def __call__(self, request: RunRequest) -> RunDone:
        return self._script.score(self._run, request)

    def shutdown(self) -> None:
        if self._shutdown is not None:
            self._script.shut_down(self._shutdown)


class _Script:
    """Calls the script's functions, and lets none of their ways out hurt the conversation."""

    def __init__(self, code: Path) -> None:
        self._code = str(code)
        self._process = os.getpid()

    def start(self, what: str, function: Callable[..., Any], *arguments: object) -> Any:
        try:
            return self._call(what, function, *arguments)
        except SystemExit as leaving:
            raise Exited(f"{what} called sys.exit({_argument(leaving)}).") from leaving

    def score(self, run: Callable[..., Any], request: RunRequest) -> RunDone:
        os.chdir(self._code)  # run() may have gone elsewhere
        paths = [path for path, _ in request.files]
        started = time.perf_counter()
        try:
            result = self._call("run()", run, paths, request.minibatch)
            seconds = time.perf_counter() - started
            count, size, columns, shapes = _write(result, request)
        except SystemExit as leaving:
            traceback.print_exc()  # where it left, for nobody else will say
            _leave_soon(_exit_code(leaving))
            raise
        finally:  # what a run() wrote that failed must be seen as well
            held = open_files.flush_under(os.environ.get("AZUREML_BI_OUTPUT_PATH", ""))
        return RunDone(count, count, (), size, seconds, held, columns, shapes)

    def shut_down(self, shutdown: Callable[..., Any]) -> None:
        with suppress(OSError):  # it may have removed its folder
            os.chdir(self._code)
        try:
            result = self._call("shutdown()", shutdown)
        except SystemExit as leaving:
            if _exit_code(leaving):
                raise Exited(f"shutdown() called sys.exit({_argument(leaving)}).") from leaving
            return
        if inspect.iscoroutine(result):
            raise BadScript(
                "shutdown() is an async function, which nobody awaits. Define it with def."
            )

    def _call(self, what: str, function: Callable[..., Any], *arguments: object) -> Any:
        code = 0
        try:
            return function(*arguments)
        except Exception:
            code = 1
            raise
        except SystemExit as leaving:
            code = _exit_code(leaving)
            raise
        except BaseException as error:  # it would end the process without a word
            code = 1
            raise Exited(f"{what} raised {type(error).__name__}: {error}") from error
        finally:
            if os.getpid() != self._process:
                _end_fork(code)


def _write(result: Any, request: RunRequest) -> tuple[int, int, tuple[str, ...], str]:
    """The number of elements and of bytes, the header that they need, and what they are."""
    if request.form is None:
        return (*rows.write(result, request.output), (), "")
    from . import named_rows  # noqa: PLC0415  # few jobs ask for it

    return named_rows.write(result, request, request.form)


def _import(code: Path, script: str) -> ModuleType:
    path = code / script
    if code.resolve() not in path.resolve().parents:
        raise BadScript(f"'{script}' is not inside the code folder.")
    if not path.is_file():
        raise BadScript(f"The code folder has no file '{script}'. It holds: {_names(code)}.")
    return entry_module.load(code, path)


def _names(code: Path) -> str:
    names = sorted(entry.name for entry in code.iterdir())
    listed = ", ".join(repr(name) for name in names[:_MOST_NAMES]) or "nothing"
    return listed + (", ..." if len(names) > _MOST_NAMES else "")


def _function(module: ModuleType, name: str, script: str) -> Callable[..., Any] | None:
    found = getattr(module, name, None)
    if found is not None and not callable(found):
        raise BadScript(f"'{script}' has a {name} that is no function but {type(found).__name__}.")
    return found


def _log_to_stdout(level: str) -> None:
    logging.root.handlers[:] = []
    logging.basicConfig(stream=sys.stdout, level=level.upper())


def _argument(leaving: SystemExit) -> str:
    return "" if leaving.code is None else repr(leaving.code)


def _exit_code(leaving: SystemExit) -> int:
    """As the interpreter has it: a text is printed, and counts as 1."""
    if leaving.code is None:
        return 0
    return leaving.code & 0xFF if isinstance(leaving.code, int) else 1


def _leave_soon(code: int) -> None:
    """Threads that never end must not turn an exit into a timeout."""

    def leave() -> None:
        time.sleep(LEAVE_GRACE_S)
        os._exit(code)

    threading.Thread(target=leave, name="scorer-exit", daemon=True).start()


def _end_fork(code: int) -> None:
    """A fork of the script came back from it: only the scorer itself may go on from here."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (ValueError, OSError, AttributeError):
            continue
    os._exit(code)
