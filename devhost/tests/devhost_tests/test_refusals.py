"""What Azure would not load is refused here too, with the function, the fault and the fix."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from devhost_tests.served import serve

ROOT = Path(__file__).parents[1]

HEAD = """
    import typing
    import azure.durable_functions as df
    import azure.functions as func
    app = df.DFApp()
"""

AN_ACTIVITY = "@app.activity_trigger(input_name='x')\n"

# The app's code, and what the host must say of it. Azure's own worker refuses these too.
REFUSED_BY_THE_WORKER = {
    "generic": (
        "@app.activity_trigger(input_name='x')\ndef act(x: list[int]): ...",
        ["act", "'x' is annotated 'list[int]'", "dict, list, str"],
    ),
    "optional": (
        "@app.activity_trigger(input_name='x')\ndef act(x: typing.Optional[dict]): ...",
        ["act", "generic"],
    ),
    "union": ("@app.activity_trigger(input_name='x')\ndef act(x: int | None): ...", ["act", "x"]),
    "duplicate": (
        f"{AN_ACTIVITY}def act(x): ...\n{AN_ACTIVITY}def act(x): ...",
        ["act", "unique"],
    ),
    "blueprints": (
        "app = func.FunctionApp()\nfor _ in 'ab': app.register_functions(df.Blueprint())",
        ["BuiltIn__HttpActivity", "app = df.DFApp()"],
    ),
    "unbound": (
        "@app.activity_trigger(input_name='x')\ndef act(x, y): ...",
        ["act", "'y' is declared in Python but no decorator binds it"],
    ),
    "misnamed": (
        "@app.activity_trigger(input_name='x')\ndef act(z): ...",
        ["act", "a decorator binds 'x'"],
    ),
    "request": ("@app.route(route='x')\ndef web(req: dict): ...", ["web", "'req'", "httpTrigger"]),
    "context": (
        "@app.route(route='x')\ndef web(req, context: int): ...",
        ["web", "func.Context"],
    ),
    "import": ("import no_such_module", ["cannot be imported", "no_such_module", "line"]),
    "two apps": ("other = func.FunctionApp()", ["2 FunctionApps"]),
}

# The worker loads these; the host around it refuses them.
REFUSED_BY_THE_HOST = {
    "case": (
        f"{AN_ACTIVITY}def act(x): ...\n{AN_ACTIVITY}def Act(x): ...",
        ["Act", "case only"],
    ),
    "template": ("@app.route(route='x/{a:weird}')\ndef web(req): ...", ["web", "weird", "503"]),
    "same route": (
        "@app.route(route='x')\ndef a(req): ...\n@app.route(route='X')\ndef b(req): ...",
        ["b", "also that of 'a'"],
    ),
}

# The host around the worker drops these by themselves, and serves the others.
LEFT_OUT = {
    "name": (
        "@app.function_name('9bad name')\n@app.route(route='x')\ndef web(req): ...",
        ["Function '9bad name' is left out", "'9bad name' is not a function name", "a letter"],
    ),
    "reserved": (
        "@app.route(route='Administer/x')\ndef web(req): ...",
        ["Function 'web' is left out", "'Administer/x'", "No route may begin with 'admin'"],
    ),
}

LOADED = f"""
class Own: ...
{AN_ACTIVITY}def old_generic(x: typing.List[int]): ...
{AN_ACTIVITY}def generic_result(x: dict) -> list[int]: ...
{AN_ACTIVITY}def anything(x: typing.Any): ...
{AN_ACTIVITY}def own_class(x: Own): ...
@app.route(route="x")
def web(req, context: func.Context): ...
@app.entity_trigger(context_name="ctx")
def counter(ctx): ...
@app.entity_trigger(context_name="context")
def other_counter(context): ...
@app.orchestration_trigger(context_name="context")
def orchestrator(context: df.DurableOrchestrationContext): yield
"""


def an_app(folder: Path, code: str) -> Path:
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(textwrap.dedent(HEAD) + code + "\n")
    return folder


type Answer = tuple[int | None, str]

# Prepares the app as a host would, and ends before serving.
INDEX = """
import sys; from pathlib import Path; from devhost.worker.indexing import index
from devhost.http.http_routes import HttpRoutes
HttpRoutes(index(Path(sys.argv[1])), prefix='')
"""


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> Answer:
    _, message = process.communicate()
    return process.returncode, message


def index(app: Path) -> Answer:
    return ended(started("-c", INDEX, app))


def index_and_preflight(app: Path) -> tuple[Answer, Answer]:
    ours, azures = started("-c", INDEX, app), started("-m", "devhost.preflight", app)
    return ended(ours), ended(azures)


@pytest.mark.parametrize("case", REFUSED_BY_THE_WORKER)
def test_the_host_and_azures_worker_refuse_the_same_app(case: str, tmp_path: Path) -> None:
    code, words = REFUSED_BY_THE_WORKER[case]

    (ours, message), (azures, azure_told) = index_and_preflight(an_app(tmp_path, code))

    assert (1, 1) == (ours, azures)
    assert [] == [word for word in words if word not in message], message
    assert "Azure would load nothing" in azure_told


@pytest.mark.parametrize("case", REFUSED_BY_THE_HOST)
def test_what_the_real_host_refuses_is_refused_with_the_way_out(case: str, tmp_path: Path) -> None:
    code, words = REFUSED_BY_THE_HOST[case]

    ours, message = index(an_app(tmp_path, code))

    assert 1 == ours
    assert [] == [word for word in words if word not in message], message


@pytest.mark.parametrize("case", LEFT_OUT)
def test_one_function_that_the_real_host_drops_is_left_out_alone(case: str, tmp_path: Path) -> None:
    code, words = LEFT_OUT[case]
    an_app(tmp_path, code + "\n@app.route(route='fine')\ndef fine(req): return 'fine'")

    with serve(tmp_path, tmp_path / "state") as served:
        answer = served.get("/api/fine")
        faults = [line for line in served.lines if "is left out" in line]

    assert "fine" == answer.text
    assert 1 == len(faults), served.text
    assert [] == [word for word in words if word not in faults[0]], faults


def test_what_azure_loads_is_not_refused(tmp_path: Path) -> None:
    (ours, message), (azures, azure_told) = index_and_preflight(an_app(tmp_path, LOADED))

    assert (0, 0) == (ours, azures), message + azure_told


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    code = f"{AN_ACTIVITY}def one(x: list[int]): ...\n{AN_ACTIVITY}def two(y): ..."

    _, message = index(an_app(tmp_path, code))

    assert "2 functions" in message
    assert "one:" in message
    assert "two:" in message


def test_preflight_without_an_app_folder_says_how_it_is_used() -> None:
    code, message = ended(started("-m", "devhost.preflight"))

    assert 2 == code
    assert "usage:" in message
