"""The app's functions obey what the real host does to an app."""

import ast
import re
import subprocess
import sys
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from shared.domain.function_names import ACTIVITIES as ACTIVITY_NAMES
from shared.domain.function_names import ORCHESTRATORS as ORCHESTRATOR_NAMES
from tests.support.route_table import ROUTES

ROOT = Path(__file__).parent.parent
ORCHESTRATORS = sorted(
    path
    for path in (ROOT / "orchestrators").glob("[a-z]*.py")
    if "orchestration_trigger" in path.read_text()
)
SCHEDULERS = [*ORCHESTRATORS, *sorted((ROOT / "triggers").glob("[!_]*.py"))]
ACTIVITIES = sorted((ROOT / "activities").glob("[!_]*.py"))


@cache  # the SDK refuses to index an app twice
def functions() -> list[Any]:
    from function_app import app  # noqa: PLC0415  # indexing builds every function anew

    return list(app.get_functions())


def test_every_function_has_a_name_of_its_own_in_any_case() -> None:
    names = [function.get_function_name().lower() for function in functions()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("trigger", "names"),
    [("orchestrationTrigger", ORCHESTRATOR_NAMES), ("activityTrigger", ACTIVITY_NAMES)],
)
def test_orchestrators_and_activities_bear_the_names_by_which_they_are_called(
    trigger: str, names: frozenset[str]
) -> None:
    """A call by another name fails only when a job is running."""
    registered = [
        function.get_function_name()
        for function in functions()
        if function.get_trigger().get_binding_name() == trigger
        and not function.get_function_name().startswith("BuiltIn__")  # the SDK's own
    ]

    assert sorted(names) == sorted(registered)


@pytest.mark.parametrize("path", SCHEDULERS, ids=lambda path: path.stem)
def test_what_is_scheduled_is_named_by_its_constant(path: Path) -> None:
    """Neither a literal name nor a copy of one: a renamed function is renamed everywhere."""
    literals = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert not literals & (ORCHESTRATOR_NAMES | ACTIVITY_NAMES)


def test_the_real_workers_package_indexes_the_app() -> None:
    """`azure-functions-runtime` refuses what plain Python accepts."""
    preflight = subprocess.run(
        [sys.executable, "-m", "devhost.preflight", str(ROOT)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert 0 == preflight.returncode, preflight.stdout + preflight.stderr


def could_match_the_same(one: str, other: str) -> bool:
    """Whether some path fits both templates, segment by segment."""
    first, second = one.lower().split("/"), other.lower().split("/")
    if len(first) != len(second):
        return False
    return all(a == b or "{" in a + b for a, b in zip(first, second, strict=True))


def test_no_two_routes_match_the_same_request() -> None:
    for one, other in combinations(ROUTES, 2):
        if one.method == other.method:
            assert not could_match_the_same(one.template, other.template), (one.name, other.name)


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_no_route_takes_what_the_host_keeps_for_itself(route: Any) -> None:
    assert not re.match(r"/?(admin|runtime)", route.template, re.IGNORECASE)
    assert "{*" not in route.template


@pytest.mark.parametrize("path", ORCHESTRATORS, ids=lambda path: path.stem)
def test_an_orchestrators_parameter_is_not_called_context(path: Path) -> None:
    """The SDK renames that one, and the host refuses the new name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            assert "context" not in [argument.arg for argument in node.args.args]


@pytest.mark.parametrize("path", ORCHESTRATORS, ids=lambda path: path.stem)
def test_every_activity_call_carries_a_retry_policy(path: Path) -> None:
    calls = [
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    ]

    assert "call_activity" not in calls
    assert "call_activity_with_retry" in calls


@pytest.mark.parametrize("path", ACTIVITIES, ids=lambda path: path.stem)
def test_an_activitys_input_is_annotated_with_a_plain_type(path: Path) -> None:
    """The real worker unloads the whole app at the first generic one."""
    tree = ast.parse(path.read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    shells = [one for one in functions if "bp." in "".join(map(ast.unparse, one.decorator_list))]
    assert [path.stem] == [shell.name for shell in shells]
    for shell in shells:
        for argument in shell.args.args:
            assert isinstance(argument.annotation, ast.Name)
