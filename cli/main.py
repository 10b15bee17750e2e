"""The entry point of `bep`: knack with az's output formats, queries and exit codes."""

import configparser
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from knack import CLI
from knack.events import EVENT_INVOKER_POST_PARSE_ARGS, EVENT_PARSER_GLOBAL_CREATE
from knack.log import get_logger
from knack.util import CLIError

from cli import debug_log, global_arguments, placeholders
from cli.context import Context
from cli.errors import CommandError, UsageError
from cli.exit_codes import INTERRUPTED
from cli.explanations import explain
from cli.help import Help
from cli.loader import CommandsLoader
from cli.parser import Parser

PROGRAM = "bep"
log = get_logger(__name__)


class Bep(CLI):  # type: ignore[misc]  # knack has no types
    """One command line's run."""

    def __init__(self) -> None:
        if os.environ.get("NO_COLOR"):
            os.environ.setdefault("BEP_CORE_NO_COLOR", "true")  # the framework's own word for it
        super().__init__(
            cli_name=PROGRAM,
            config_dir=str(config_folder()),
            config_env_var_prefix=PROGRAM,
            commands_loader_cls=CommandsLoader,
            parser_cls=Parser,
            help_cls=Help,
            out_file=sys.stdout,
        )
        debug_log.hide_values()
        self.context = Context(self.config)
        self.register_event(EVENT_PARSER_GLOBAL_CREATE, global_arguments.register)
        self.register_event(EVENT_INVOKER_POST_PARSE_ARGS, placeholders.refuse)
        self.register_event(EVENT_INVOKER_POST_PARSE_ARGS, global_arguments.apply)

    def get_cli_version(self) -> str:
        from importlib import metadata  # noqa: PLC0415  # slow to import

        return f"{PROGRAM} {metadata.version('batch-endpoints')}"

    def exception_handler(self, ex: Exception) -> int:
        """Say what went wrong on stderr; the exit code. Never a traceback without --debug."""
        if isinstance(ex, CLIError) and not isinstance(ex, CommandError):
            return int(super().exception_handler(ex))
        text, code = explain(ex, Path(self.config.config_path))
        if text:
            log.error(text)
        log.debug("Where it was raised:", exc_info=ex)
        return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; its exit code."""
    _open_closed_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["ml"]:
        del words[0]
    try:
        code = _run(words)
    except KeyboardInterrupt:
        code = INTERRUPTED
    _flush()
    return code


def _run(words: list[str]) -> int:
    try:
        bep = Bep()
    except UnicodeDecodeError as error:
        return _refuse_start(configparser.Error(str(error)))
    except (configparser.Error, OSError, CommandError) as error:
        return _refuse_start(error)
    code = int(bep.invoke(words))
    if isinstance(bep.result.error, KeyboardInterrupt):  # knack makes it a 1
        return INTERRUPTED
    return code or bep.context.exit_code


def _refuse_start(error: Exception) -> int:
    """There is no logger yet."""
    sys.stderr.write(f"ERROR: {explain(error, config_folder() / 'config')[0]}\n")
    return UsageError.exit_code


def config_folder() -> Path:
    """Where configuration and sign-ins are kept: BEP_CONFIG_DIR, else ~/.bep."""
    try:
        return Path(os.environ.get("BEP_CONFIG_DIR") or Path.home() / f".{PROGRAM}")
    except RuntimeError:  # a user whom the system does not know
        fix = "Set HOME, or BEP_CONFIG_DIR to a folder for settings."
        raise UsageError("There is no home directory.", fix=fix) from None


def _open_closed_streams() -> None:
    """For `>&-` and `2>&-`, which leave a program without them."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # to the end
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _flush() -> None:
    """A reader that went away (`| head`) is no fault of the command's."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
