"""What may stand behind `--` of ./run serve, and what is refused before anything starts."""

from pathlib import Path

import pytest

from local.host_options import checked
from local.host_process import command
from local.stack_errors import Refused

APP = Path("/app")


def given(*options: str) -> float:
    return checked(command("devhost", app=APP, port=7071, state=Path("/state")), options)


@pytest.mark.parametrize(
    "options",
    [
        ("--auth",),
        ("--routes",),
        ("--reload",),
        ("--workers", "0", "--worker-deaths", "3"),
        ("--hazards", "twins,delays", "--hazard-seed", "7"),
        ("--allow-host", "studio.example:3000"),
        ("--host", "0.0.0.0"),  # noqa: S104  # read, not bound
        ("--port", "7071"),
    ],
)
def test_options_of_the_host_alone_pass(options: tuple[str, ...]) -> None:
    assert 10 == given(*options)


def test_the_stack_waits_as_long_as_its_host_was_told_to() -> None:
    assert 45 == given("--grace", "45")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--port", "9"), "--port of the host is for ./run serve to say."),
        (("--po=9",), "--port of the host"),
        (("--state", "/other"), "--state of the host"),
        (("--tls",), "--tls of the host"),
        (("--cert", "/c.pem"), "--cert of the host"),
        (("--cert-key", "/k.pem"), "--cert-key of the host"),
        (("--host", "10.0.0.1"), "speaks to its host by 127.0.0.1, where --host '10.0.0.1' is not"),
        (("--host", "::1"), "by 127.0.0.1"),
    ],
)
def test_what_would_part_the_stack_is_refused(options: tuple[str, ...], said: str) -> None:
    """With it the host would run where nobody looks for it, and serve wait for ever."""
    with pytest.raises(Refused, match=said):
        given(*options)


@pytest.mark.parametrize("options", [("--nope",), ("--workers", "x"), ("--allow-host", "a/b")])
def test_what_is_no_option_ends_with_code_2(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        given(*options)

    assert 2 == end.value.code
    assert "error:" in capsys.readouterr().err


def test_the_projects_host_always_asks_for_keys() -> None:
    assert "--auth" in command("devhost", app=APP, port=1, state=Path("/state"))
