# ruff: noqa: INP001  # a Functions app is a folder, not a package
"""What samples do with a client: start, tell, query, purge, each by an HTTP function of its own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

bp = df.Blueprint()

ENDED = [
    df.OrchestrationRuntimeStatus.Completed,
    df.OrchestrationRuntimeStatus.Failed,
    df.OrchestrationRuntimeStatus.Terminated,
]


def answer(document: object) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(document), mimetype="application/json")


@bp.route(route="start/{name}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    given = json.loads(req.get_body() or b"null")
    instance = await client.start_new(req.route_params["name"], req.params.get("instance"), given)
    return client.create_check_status_response(req, instance)


@bp.route(route="tell/{verb}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def tell(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """What the client refuses is 400, in its words."""
    instance, reason = req.params["instance"], "as a sample asks"
    ways: dict[str, Any] = {
        "suspend": lambda: client.suspend(instance, reason),
        "resume": lambda: client.resume(instance, reason),
        "terminate": lambda: client.terminate(instance, reason),
        "rewind": lambda: client.rewind(instance, reason),
        "restart": lambda: client.restart(instance),
        "decide": lambda: client.raise_event(instance, "Decision", req.get_json()),
        "purge": lambda: client.purge_instance_history(instance),
    }
    try:
        await ways[req.route_params["verb"]]()
    except Exception as error:  # noqa: BLE001  # whatever it is, a test asks for it
        return func.HttpResponse(str(error), status_code=400)
    return func.HttpResponse(status_code=200)


@bp.route(route="instances", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def instances(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    return answer([one.instance_id for one in await client.get_status_all()])


@bp.route(route="instances", methods=["DELETE"])
@bp.durable_client_input(client_name="client")
async def purge(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    now = datetime.now(UTC)
    result = await client.purge_instance_history_by(
        now - timedelta(hours=1), now + timedelta(hours=1), ENDED
    )
    return answer(result.instances_deleted)
