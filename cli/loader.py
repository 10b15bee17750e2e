"""Loads the command table, and of flags only those of the command that is run."""

from collections import OrderedDict
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from knack.arguments import ArgumentsContext
from knack.commands import CLICommandsLoader

from cli import names
from cli.command import Command
from cli.command_table import COMMANDS, GROUPS


class CommandsLoader(CLICommandsLoader):  # type: ignore[misc]  # knack has no types
    def __init__(self, cli_ctx: Any) -> None:
        super().__init__(cli_ctx=cli_ctx, excluded_command_handler_args=["context", "kwargs"])

    def load_command_table(self, args: list[str]) -> "OrderedDict[str, object]":
        for group in GROUPS:
            self._populate_command_group_table_with_subgroups(group)
        for command in COMMANDS:
            self.command_table[command.name] = self._create(command)
        return OrderedDict(super().load_command_table(args))

    def load_arguments(self, command: str) -> None:
        with ArgumentsContext(self, "") as flags:  # to which a command's own flags add
            names.load(flags, command)
        row = next((one for one in COMMANDS if one.name == command), None)
        if row is not None and find_spec(row.arguments_module):
            with ArgumentsContext(self, command) as flags:
                import_module(row.arguments_module).load(flags, row.verb)
        super().load_arguments(command)

    def _create(self, row: Command) -> object:
        command = self.create_command(
            row.name,
            row.operation,
            client_factory=lambda _: self.cli_ctx.context,
            confirmation=row.confirmation,
            table_transformer=row.table or None,
        )
        command.description = row.summary  # so that help need not import the commands
        return command
