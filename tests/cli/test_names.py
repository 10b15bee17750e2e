"""Names on the command line: what cannot be one is refused before anything is asked for by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.command_table import COMMANDS
from cli.main import Bep as Program
from cli.names import ANY_TEXT, NAMES, Name
from tests.cli.in_process import Bep
from tests.support.refusals import is_refused
from tests.support.stub_service import StubService, stub_service

NO_NAMES = ("", " ", ".", "..", "a/deployments/b", "../../x", "a?b", "a\nb")


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield running


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_reaches_no_service(bep: Bep, service: StubService, name: str) -> None:
    for words in (
        ("batch-deployment", "delete", "-e", "wine", "--yes", "--name", name),
        ("batch-deployment", "delete", "-n", "main", "--yes", "--endpoint-name", name),
        ("endpoint", "delete", "-n", "wine", "--yes", "--deployment-name", name),
        ("batch-endpoint", "show", "--name", name),
        ("model", "delete", "-n", "m", "--yes", "--version", name),
    ):
        done = bep(*words)

        assert is_refused(done, code=2)
        assert words[-2] in done.stderr
    assert not service.seen


def test_every_command_has_its_names_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEP_CONFIG_DIR", str(tmp_path))
    unchecked = {
        f"{row.name}: {name}"
        for row in COMMANDS
        if row.name.split()[0] not in ANY_TEXT
        for name, argument in _arguments(row.name).items()
        if name in NAMES and argument.options.get("action") is not Name
    }

    assert not unchecked


def _arguments(command: str) -> dict[str, Any]:
    app = Program()
    app.invocation = app.invocation_cls(
        cli_ctx=app,
        parser_cls=app.parser_cls,
        commands_loader_cls=app.commands_loader_cls,
        help_cls=app.help_cls,
    )
    app.invocation.data["command_string"] = command
    loader = app.invocation.commands_loader
    loader.load_command_table(command.split())
    loader.load_arguments(command)
    return dict(loader.command_table[command].arguments)


def test_a_group_without_a_command_names_its_commands(bep: Bep) -> None:
    done = bep("job")

    assert is_refused(done, code=2)
    assert "Write one of: show, list" in done.stderr


def test_what_is_left_over_is_an_error_of_its_command(bep: Bep) -> None:
    done = bep("job", "show", "-n", "j", "--zebra", "1")

    assert is_refused(done, code=2)
    assert "bep job show: unrecognized arguments: --zebra 1." in done.stderr


def test_an_option_without_its_value_is_one_sentence_and_where_help_is(bep: Bep) -> None:
    done = bep("batch-endpoint", "show", "--name")

    assert is_refused(done, code=2)
    assert "--name/-n: expected one argument" in done.stderr
    assert "bep batch-endpoint show --help" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("login", "--token", "hush-hush"),
        ("login", "--token=hush-hush"),
        ("login", "--service-principal", "-u", "a", "-t", "t", "-phush-hush"),
        (
            "storage",
            "blob",
            "list",
            "-c",
            "x",
            "--sas-token",
            "hush-hush",
            "--account-key",
            "hush-hush",
        ),
        ("batch-endpoint", "list", "--url", "http://me:hush-hush@h"),
    ],
)
def test_debugging_prints_options_and_not_what_they_hold(bep: Bep, words: tuple[str, ...]) -> None:
    done = bep(*words, "--debug")

    assert f"Command arguments: ['{words[0]}'" in done.stderr
    assert "hush-hush" not in done.stderr.replace("secret_", "")
