"""`version`, `upgrade`, `az-shim`: the program itself."""

import shlex
import sys
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from knack.log import get_logger

from cli.answers import JSON
from cli.connection.service_address import PROJECT
from cli.context import Context

EXECUTABLE = 0o755
SHIM = """\
#!/bin/sh
# Written by `bep az-shim`: az's commands for batch endpoints, by this project.
exec {program} "$@"
"""

log = get_logger(__name__)


def version(context: Context) -> JSON:
    del context
    own = metadata.version("batch-endpoints")
    return {"bep": own, "extensions": {"ml": own}}


def upgrade(context: Context, *, yes: bool = False, all_extensions: str = "") -> None:
    del context, yes, all_extensions  # az's, without a meaning here
    log.warning("This program is part of the project: git -C %s pull", shlex.quote(str(PROJECT)))


def az_shim(context: Context) -> None:
    """Write the executable `az`, and print the line that puts it on PATH, for a shell to `eval`."""
    program = _program()
    folder = (context.folder / "shims" / _digest(program)).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "az.new"
    draft.write_text(SHIM.format(program=shlex.join(program)), encoding="utf-8")
    draft.chmod(EXECUTABLE)
    draft.replace(folder / "az")
    sys.stdout.write(f'PATH={shlex.quote(str(folder))}:"$PATH"; export PATH; hash -r\n')


def _program() -> list[str]:
    """How this very program is started, from any folder."""
    script = Path(sys.executable).with_name("bep")
    return [str(script)] if script.exists() else [sys.executable, "-m", "cli"]


def _digest(program: list[str]) -> str:
    """Copies of the project have a shim each."""
    return sha256(shlex.join(program).encode()).hexdigest()[:8]
