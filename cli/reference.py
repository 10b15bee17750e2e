"""Writes docs/cli.md from the command table and the flags: `python -m cli.reference`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from cli.command import Command
from cli.command_table import COMMANDS, GROUPS
from cli.main import PROGRAM, Bep

VERSION = next(one for one in COMMANDS if one.name == "version")
"""It has no flags of its own."""
HEAD = """\
# `bep`, command by command

Written by `python -m cli.reference > docs/cli.md`; do not edit it by hand. `./run bep` sets
everything up and runs it; `.venv/bin/bep` is the same program. A leading `ml` is accepted, so
`az ml ...` works with `bep` in the place of `az`:
[coming-from-azure-ml.md](coming-from-azure-ml.md).

Every command takes these flags, too:

| flag | what |
|---|---|
"""
EXIT_CODES = """
Answers go to stdout, everything else to stderr; a command that fails writes nothing to stdout.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the service said no, or cannot be reached; `doctor`: something is wrong |
| 2 | the command line, a file or a name in it is wrong |
| 3 | the service has no such thing |
| 4 | the job that was waited for did not complete |
| 130 | Ctrl-C |

| variable | meaning |
|---|---|
| `BEP_URL`, `BEP_TOKEN` | the service, and a token for it, before those of `bep login` |
| `BEP_CONFIG_DIR` | folder of settings and sign-ins, in place of `~/.bep` |
| `BEP_STATE_DIR` | state folder of the service of this machine, in place of `.state` |
| `BEP_DEFAULTS_GROUP`, `..._WORKSPACE`, `..._SUBSCRIPTION` | defaults of flags |
| `REQUESTS_CA_BUNDLE`, `HTTPS_PROXY`, `NO_PROXY` | as everywhere |
"""


def main() -> None:
    sys.stdout.write(reference())


def reference() -> str:
    return "".join(_pages())


def _pages() -> Iterator[str]:
    yield HEAD
    yield from _rows(_actions(_parsers([VERSION])[VERSION]))
    yield EXIT_CODES
    heading, parsers = "", _parsers(COMMANDS)
    for command in sorted(COMMANDS, key=_order):
        group = command.name.rpartition(" ")[0]
        if group != heading:
            heading = group
            yield f"\n## {group}\n\n{GROUPS.get(group, '')}\n"
        yield from _section(command, parsers[command])


def _order(command: Command) -> tuple[bool, str]:
    """Commands without a group first, in the table's order; groups by name."""
    group = command.name.rpartition(" ")[0]
    return bool(group), group


def _section(command: Command, parser: argparse.ArgumentParser) -> Iterator[str]:
    actions = [one for one in _actions(parser) if not _is_global(one)]
    positional = [one for one in actions if not one.option_strings]
    words = "".join(f" {_positional(one)}" for one in positional)
    yield f"\n### {PROGRAM} {command.name}{words}\n\n{command.summary}\n"
    if actions:
        yield "\n| flag | what |\n|---|---|\n"
        yield from _rows(sorted(actions, key=_flag))


def _positional(action: argparse.Action) -> str:
    name = str(action.metavar or action.dest.upper()).strip("<>")
    return f"[{name}]" if action.nargs == "?" else name


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [one for one in parser._actions if one.help != argparse.SUPPRESS]  # noqa: SLF001  # there is no other list


def _rows(actions: Any) -> Iterator[str]:
    for action in actions:
        yield f"| {_flag(action)} | {_help(action)} |\n"


def _flag(action: argparse.Action) -> str:
    names = [f"`{name}`" for name in action.option_strings] or [f"`{_positional(action)}`"]
    required = " (required)" if action.required and action.option_strings else ""
    return f"{', '.join(names)}{required}"


def _help(action: argparse.Action) -> str:
    text = " ".join(str(action.help or "").split()).replace("%%", "%").replace("|", "\\|")
    choices = [str(one) for one in action.choices or ()]
    return f"{text} One of: {', '.join(choices)}." if choices else text


def _is_global(action: argparse.Action) -> bool:
    """A flag that every command takes; knack's and our own begin so."""
    return action.dest == "help" or action.dest.startswith("_")


def _parsers(commands: Sequence[Command]) -> dict[Command, argparse.ArgumentParser]:
    """The parsers of commands, each with its flags, as it is when that command is run."""
    app = Bep()
    app.invocation = app.invocation_cls(
        cli_ctx=app,
        parser_cls=app.parser_cls,
        commands_loader_cls=app.commands_loader_cls,
        help_cls=app.help_cls,
    )
    loader = app.invocation.commands_loader
    loader.load_command_table([])
    for command in commands:
        app.invocation.data["command_string"] = command.name
        loader.load_arguments(command.name)
    app.invocation.parser.load_command_table(loader)
    return {command: _find(app.invocation.parser, command.name.split()) for command in commands}


def _find(parser: Any, words: Sequence[str]) -> argparse.ArgumentParser:
    for word in words:
        below = next(one for one in _actions(parser) if isinstance(one.choices, dict))
        parser = below.choices[word]  # type: ignore[index]  # parsers by name
    return parser  # type: ignore[no-any-return]  # argparse's own


if __name__ == "__main__":
    main()
