"""The console: which records are shown, and how."""

import io
import logging
from collections.abc import Iterator, Mapping

import pytest

from devhost.console_output import configure_logging
from devhost.function_context import running_function
from devhost.host_json import LEVELS
from devhost.http.http_routes import HttpRoutes
from devhost.start_up_text import routes_block, start_up_line
from devhost.worker.function import Function, FunctionKind


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """Leave logging as pytest set it up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def is_printed(levels: Mapping[str, str], logger: str, level: str, function: str = "") -> bool:
    """Whether a record of a logger, written while a function runs, reaches the console."""
    console = io.StringIO()
    configure_logging({name: LEVELS[text] for name, text in levels.items()}, console)
    token = running_function.set(function)
    logging.getLogger(logger).log(LEVELS[level], "said")
    running_function.reset(token)
    return "said" in console.getvalue()


@pytest.mark.parametrize(
    ("levels", "logger", "level", "function"),
    [
        ({}, "app", "information", "f"),
        ({}, "app", "information", ""),
        ({}, "devhost.functions_host", "information", ""),
        ({}, "azure.core", "warning", ""),
        ({}, "azure.core", "information", "f"),
        ({"default": "debug"}, "app", "debug", "f"),
        ({"default": "error", "Function": "information"}, "app", "information", "f"),
        ({"Function": "error", "Function.f": "debug"}, "app", "debug", "f"),
        ({"Function.f": "error", "Function.f.User": "information"}, "app", "information", "f"),
        ({"default": "error", "Host": "information"}, "devhost.x", "information", ""),
        ({"function.F": "debug"}, "app", "debug", "f"),
    ],
)
def test_a_record_is_shown(levels: dict[str, str], logger: str, level: str, function: str) -> None:
    assert is_printed(levels, logger, level, function)


@pytest.mark.parametrize(
    ("levels", "logger", "level", "function"),
    [
        ({}, "app", "debug", "f"),
        ({}, "azure.core", "information", ""),
        ({"default": "warning"}, "app", "information", "f"),
        ({"Function.f": "warning"}, "app", "information", "f"),
        ({"Function.f": "debug"}, "app", "debug", "other"),
        ({"default": "none"}, "app", "critical", "f"),
        ({"Host": "error"}, "devhost.x", "warning", ""),
    ],
)
def test_a_record_is_not_shown(
    levels: dict[str, str], logger: str, level: str, function: str
) -> None:
    assert not is_printed(levels, logger, level, function)


def test_a_line_has_its_time_in_utc_and_its_level_when_it_is_no_information() -> None:
    console = io.StringIO()
    configure_logging({}, console)

    logging.getLogger("app").info("a fact")
    logging.getLogger("app").warning("a doubt")

    first, second = console.getvalue().splitlines()
    assert first.endswith("Z] a fact")
    assert second.endswith("Z] warning: a doubt")


def a_function(name: str, kind: FunctionKind) -> Function:
    trigger = {"name": "req", "type": "x", "route": "r/{id}", "methods": ["GET"]}
    return Function(name, kind, trigger, print, is_async=False, wants_context=False)


def test_the_start_is_one_line_and_routes_are_listed_on_request() -> None:
    functions = [a_function("f", FunctionKind.HTTP), a_function("a", FunctionKind.ACTIVITY)]
    routes = HttpRoutes(functions[:1], prefix="api")

    line = start_up_line("http://localhost:1", functions)
    block = routes_block("http://localhost:1", functions, routes.all)

    assert line.startswith("Listening on http://localhost:1 (Ctrl-C stops).")
    assert "HTTP 1, Activities 1; --routes lists them." in line
    assert "f: [GET] http://localhost:1/api/r/{id}" in block
    assert "Activities: a" in block
