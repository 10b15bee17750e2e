# ruff: noqa: INP001  # a Functions app is a folder, not a package
"""A sample app with one function for each thing that the host's tests ask about."""

import json
import logging
import os
import subprocess
import threading
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

log = logging.getLogger(__name__)

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


def answer(document: object, **more: Any) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(document), mimetype="application/json", **more)


@app.route(route="echo/{*rest}")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Everything that arrived."""
    return answer(
        {
            "method": req.method,
            "url": req.url,
            "headers": dict(req.headers),
            "query": dict(req.params),
            "route": dict(req.route_params),
            "body": req.get_body().decode(),
        }
    )


@app.route(route="size", methods=["POST"])
def size(req: func.HttpRequest) -> func.HttpResponse:
    return answer(len(req.get_body()))


@app.route(route="numbers/{id:int}", methods=["get"])
def number(req: func.HttpRequest) -> func.HttpResponse:
    return answer(dict(req.route_params))


@app.route(route="defaults/{id=42}")
def defaults(req: func.HttpRequest) -> func.HttpResponse:
    return answer(dict(req.route_params))


@app.route(route="optional/{name?}")
def optional(req: func.HttpRequest) -> func.HttpResponse:
    return answer(dict(req.route_params))


@app.route(route="mixed/{name}.{ext}")
def mixed(req: func.HttpRequest) -> func.HttpResponse:
    return answer(dict(req.route_params))


@app.function_name("a_wins")
@app.route(route="clash/{value}")
def clash_parameter(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("a_wins")


@app.function_name("b_loses")
@app.route(route="clash/literal")
def clash_literal(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("b_loses")


@app.route(route="replies/{kind}")
def replies(req: func.HttpRequest) -> Any:
    """What a function may return, the good and the bad."""
    kind = req.route_params["kind"]
    if kind == "exception":
        raise RuntimeError("an exception that nobody catches")
    if kind == "exit":
        raise SystemExit(3)
    return {
        "text": "some text",
        "none": None,
        "dict": {"a": 1},
        "number": 5,
        "bytes": b"raw",
        "plain": func.HttpResponse("plain"),
        "empty": func.HttpResponse(status_code=204),
        "html": func.HttpResponse("<p>", mimetype="text/html"),
        "typed": func.HttpResponse(b"x", headers={"Content-Type": "image/png"}, status_code=201),
        "cookies": func.HttpResponse("c", headers={"Set-Cookie": "a=1; Path=/"}),
        "measured": func.HttpResponse("xyz", headers={"Content-Length": "3"}),
        "framing": func.HttpResponse("xyz", headers={"Content-Length": "1"}),
        "accent": func.HttpResponse("x", headers={"X-Name": "é"}),
    }[kind]


@app.route(route="settings")
def settings(req: func.HttpRequest) -> func.HttpResponse:
    return answer({"value": os.environ.get("SAMPLE_SETTING"), "folder": str(Path.cwd())})


@app.route(route="context")
def invocation_context(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return answer(
        {
            "name": context.function_name,
            "id": context.invocation_id,
            "thread": getattr(context.thread_local_storage, "invocation_id", None),
            "folder": context.function_directory,
        }
    )


@app.route(route="quiet")
def quiet(req: func.HttpRequest) -> func.HttpResponse:
    log.warning("a warning that host.json silences")
    log.error("an error that it does not")
    return func.HttpResponse("ok")


@app.route(route="hang")
def hang(req: func.HttpRequest) -> func.HttpResponse:
    """Never returns, whatever the host wants."""
    while True:
        time.sleep(0.1)


@app.route(route="spawn", methods=["POST"])
def spawn(req: func.HttpRequest) -> func.HttpResponse:
    """Leaves a process behind that has nothing to do with this one any more."""
    child = subprocess.Popen(["sleep", "600"])
    return answer(child.pid)


@app.route(route="exit", methods=["POST"])
def exits(req: func.HttpRequest) -> func.HttpResponse:
    os._exit(7)


@app.route(route="block")
async def block(req: func.HttpRequest) -> func.HttpResponse:
    """Blocks its event loop until a file appears."""
    while not Path(req.params["until"]).exists():  # noqa: ASYNC240  # blocks, on purpose
        time.sleep(0.02)  # noqa: ASYNC251  # the same
    return func.HttpResponse("went on")


@app.route(route="says")
def says(req: func.HttpRequest) -> func.HttpResponse:
    log.warning("a warning in the log")
    print("a printed line")  # noqa: T201  # for the console
    return func.HttpResponse("said")


@app.route(route="hub")
@app.durable_client_input(client_name="client", task_hub="Other")
async def hub(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """What a client of a hub that this host does not have is told."""
    try:
        await client.start_new("chain", client_input=1)
    except Exception as error:  # noqa: BLE001  # whatever it is, a test asks for it
        return answer([client.taskHubName, str(error)])
    return answer([client.taskHubName, ""])


@app.route(route="slow")
def slow(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(float(req.params.get("seconds", "1")))
    Path(req.params["mark"]).write_text("done")
    return func.HttpResponse("slept")


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_body()
    given = json.loads(body) if body else None
    instance = await client.start_new(req.route_params["name"], client_input=given)
    return client.create_check_status_response(req, instance)


@app.route(route="channels", methods=["GET"])
def channels(req: func.HttpRequest) -> func.HttpResponse:
    """How many open TCP connections this process has: leaked clients would show."""
    files = Path("/proc/self/fd").iterdir()
    return answer(sum("socket:" in str(file.readlink()) for file in files if file.is_symlink()))


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def chain(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    first = yield ctx.call_activity("double", ctx.get_input())
    second = yield ctx.call_activity("double_slowly", first)
    return second


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def fan_out(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    results = yield ctx.task_all([ctx.call_activity("double", n) for n in range(ctx.get_input())])
    return sum(results)


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def tells_failure(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """What an orchestrator learns of an activity that fails."""
    try:
        yield ctx.call_activity(*ctx.get_input())
    except Exception as error:  # noqa: BLE001  # whatever the engine raises is what is asked about
        details = getattr(error, "details", None)
        return {
            "text": str(error),
            "type": getattr(details, "error_type", None),
            "message": getattr(details, "message", None),
        }
    return "no failure"


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def retries(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """A fan-out that forgives dying workers."""
    policy = df.RetryOptions(first_retry_interval_in_milliseconds=10, max_number_of_attempts=20)
    numbers = range(ctx.get_input())
    results = yield ctx.task_all(
        [ctx.call_activity_with_retry("double", policy, number) for number in numbers]
    )
    return sum(results)


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def calls_http(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    response = yield ctx.call_http("GET", ctx.get_input())
    return [response.status_code, response.content]


@app.activity_trigger(input_name="n")
def double(n: int) -> int:
    return 2 * n


@app.activity_trigger(input_name="n")
async def double_slowly(n: int) -> int:
    return 2 * n


@app.activity_trigger(input_name="kind")
def fails(kind: str) -> object:
    if kind == "lines":
        raise ValueError("first line\nsecond line")
    if kind == "exit":
        raise SystemExit(1)
    if kind == "stop":
        raise StopIteration("spent")
    if kind == "object":
        return threading.Lock()
    return kind


@app.activity_trigger(input_name="path")
def outlives(path: str) -> str:
    """Says that it began, and waits for a file to appear: a test says when it ends."""
    Path(f"{path}.begun").touch()
    while not Path(path).exists():
        time.sleep(0.02)
    return "seen"


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def recorded(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Half of the work here, half in a child, and a timer between them."""
    given = ctx.get_input()
    half = given["width"] // 2
    first = yield ctx.task_all([ctx.call_activity("leave_mark", [given, n]) for n in range(half)])
    yield ctx.create_timer(ctx.current_utc_datetime + timedelta(seconds=0.2))
    second = yield ctx.call_sub_orchestrator("recorded_rest", given)
    return sum(first) + second + given["number"]


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # both SDKs' style
def recorded_rest(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    given = ctx.get_input()
    rest = range(given["width"] // 2, given["width"])
    results = yield ctx.task_all([ctx.call_activity("leave_mark", [given, n]) for n in rest])
    return sum(results)


@app.activity_trigger(input_name="call")
def leave_mark(call: list) -> int:  # type: ignore[type-arg]  # Azure refuses generics
    given, n = call[0], int(call[1])
    time.sleep(0.01)
    Path(given["record"], f"{given['number']}-{n}").touch()
    return 2 * n
