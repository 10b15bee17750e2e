"""docs/cli.md and docs/coming-from-azure-ml.md say what there is."""

import re

from cli.command_table import COMMANDS, GROUPS
from cli.reference import _actions, _is_global, _parsers, reference
from tests.support.stub_service import ROOT

GLOBAL_SHORT = {"-o", "-g", "-w"}
"""Flags of every command. What writes files has -o for their folder."""
WRITES_FILES = {"score", "init"}


def test_the_reference_is_current() -> None:
    """If it is not: python -m cli.reference > docs/cli.md."""
    assert reference() == (ROOT / "docs/cli.md").read_text()


def test_every_command_has_a_summary_and_a_group_that_is_described() -> None:
    for command in COMMANDS:
        assert command.summary.endswith("."), command
        words = command.name.split()
        assert all(" ".join(words[:count]) in GROUPS for count in range(1, len(words))), command
    assert len(COMMANDS) == len({command.name for command in COMMANDS})


def test_every_flag_has_help() -> None:
    silent = [
        (command.name, action.dest)
        for command, parser in _parsers(COMMANDS).items()
        for action in _actions(parser)
        if not action.help
    ]

    assert [] == silent


def test_no_flags_help_begins_with_a_value() -> None:
    """The framework begins each with a capital: `Mlflow_model` would be no type."""
    changed = [
        (command.name, action.dest, action.help)
        for command, parser in _parsers(COMMANDS).items()
        for action in _actions(parser)
        if not _is_global(action) and str(action.help)[0].islower()
    ]

    assert [] == changed


def test_only_what_writes_files_has_its_own_o() -> None:
    """The parser lets a command's flag go before a global one; nobody else may use that."""
    for command in COMMANDS:
        parser = _parsers([command])[command]
        dests = {flag: action.dest for action in _actions(parser) for flag in action.option_strings}
        own = {flag for flag in GLOBAL_SHORT if not dests[flag].startswith("_")}
        assert own == ({"-o"} if command.name in WRITES_FILES else set()), command.name


def test_the_page_for_who_comes_from_azure_ml_names_every_group_and_command_of_ours() -> None:
    page = (ROOT / "docs/coming-from-azure-ml.md").read_text()
    words = set(re.findall(r"[a-z][a-z-]+", page))

    for command in COMMANDS:
        missing = set(command.name.split()) - words
        assert not missing, command.name
