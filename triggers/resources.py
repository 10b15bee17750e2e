"""ARM CRUD of endpoints and deployments, as the official SDK puts and gets them."""

import time
import uuid
from collections.abc import Callable
from functools import partial

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.api.about import About
from shared.api.http import Request, Response
from shared.api.routes import Route, register
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON, Message
from shared.domain.provisioning import Provisioning, ProvisioningTask
from shared.domain.role import Role
from shared.schemas import arm_resources as arm
from shared.schemas import bodies
from shared.services import Services
from shared.stores.registry import Entry
from triggers.workspace import (
    WORKSPACE,
    asset_id,
    check_workspace,
    endpoint_id,
    enveloped,
    own_body,
    scoring_uri,
    swagger_uri,
    who,
)

bp = df.Blueprint()
OK, CREATED = 200, 201
# A deployment of the service's own environment is made within seconds. One whose environment must
# be built is Creating meanwhile, and its client polls.
MADE_WITHIN_S, POLL_S = 20.0, 0.1


def put_endpoint(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    endpoint = arm.read_endpoint(request.path["endpoint"], own_body(request, services.settings))
    default = endpoint.default_deployment
    if default and services.registry.deployments.find(endpoint.name, default) is None:
        raise InvalidRequest(
            f"The default deployment '{default}' does not exist.",
            fix="Create the deployment first, then make it the default.",
            target="properties.defaults.deploymentName",
        )
    saved = services.registry.endpoints.save(
        endpoint, endpoint.name, by=who(request), merge=_keeping_default
    )
    return _answer(saved, lambda one: _endpoint(one, request, services))


def _keeping_default(old: Endpoint, new: Endpoint) -> Endpoint:
    """An update without a default leaves the one that is set."""
    default = new.default_deployment or old.default_deployment
    return new.model_copy(update={"default_deployment": default})


def get_endpoint(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    entry = services.registry.endpoints.get(request.path["endpoint"])
    return Response(OK, _endpoint(entry, request, services))


def put_deployment(request: Request, services: Services, client: DurableClient) -> Response:
    """Save the deployment and have it made; answers when it is made, or after a while as it is."""
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource.name
    body = own_body(request, services.settings)
    asked = arm.read_deployment(endpoint, request.path["deployment"], body)
    services.recipes.check(asked)
    generation = Provisioning(generation=uuid.uuid4().hex)
    saved, is_new = services.registry.deployments.save(
        asked.model_copy(update={"provisioning": generation}),
        endpoint,
        asked.name,
        by=who(request),
        merge=lambda old, new: new.replacing(old),
    )
    if saved.resource.provisioning == generation:
        _start_provisioning(saved.resource, client)
        saved = _made(saved, services)
    headers = {} if saved.resource.provisioning.state.is_terminal else {"Retry-After": "1"}
    return Response(CREATED if is_new else OK, _deployment(saved, services), headers)


def _start_provisioning(deployment: Deployment, client: DurableClient) -> None:
    generation = deployment.provisioning.generation
    task = ProvisioningTask(
        endpoint=deployment.endpoint, deployment=deployment.name, generation=generation
    )
    instance = f"{deployment.endpoint}:{deployment.name}:{generation}"
    client.start("provision_deployment", instance, task.to_wire())


def _made(entry: Entry[Deployment], services: Services) -> Entry[Deployment]:
    """The deployment once it is made, or as it is after MADE_WITHIN_S: usually enough."""
    deadline = time.monotonic() + MADE_WITHIN_S
    key = (entry.resource.endpoint, entry.resource.name)
    while not entry.resource.provisioning.state.is_terminal and time.monotonic() < deadline:
        time.sleep(POLL_S)
        entry = services.registry.deployments.get(*key)
    return entry


def get_deployment(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource.name
    entry = services.registry.deployments.get(endpoint, request.path["deployment"])
    return Response(OK, _deployment(entry, services))


def _answer[R: Message](
    saved: tuple[Entry[R], bool], write: Callable[[Entry[R]], JSON]
) -> Response:
    entry, is_new = saved
    return Response(CREATED if is_new else OK, write(entry))


def _endpoint(entry: Entry[Endpoint], request: Request, services: Services) -> JSON:
    endpoint = entry.resource
    addresses = (scoring_uri(request, endpoint.name), swagger_uri(request, endpoint.name))
    properties = arm.write_endpoint(endpoint, *addresses)
    own_id = endpoint_id(services.settings, endpoint.name)
    return enveloped(entry, "batchEndpoints", own_id, endpoint.name, properties) | _located(
        services, endpoint.tags
    )


def _deployment(entry: Entry[Deployment], services: Services) -> JSON:
    deployment, settings = entry.resource, services.settings
    own_id = f"{endpoint_id(settings, deployment.endpoint)}/deployments/{deployment.name}"
    properties = arm.write_deployment(deployment, partial(asset_id, settings))
    return enveloped(
        entry, "batchEndpoints/deployments", own_id, deployment.name, properties
    ) | _located(services, deployment.tags)


def _located(services: Services, tags: dict[str, str]) -> JSON:
    return {"location": services.settings.location, "tags": tags}


_ENDPOINT = f"{WORKSPACE}/batchEndpoints/{{endpoint}}"
_DEPLOYMENT = f"{_ENDPOINT}/deployments/{{deployment}}"

ROUTES = (
    Route(
        "put_endpoint",
        "PUT",
        _ENDPOINT,
        Role.CONTRIBUTOR,
        put_endpoint,
        about=About("Create or update a batch endpoint.", body=bodies.ENDPOINT),
    ),
    Route("get_endpoint", "GET", _ENDPOINT, Role.READER, get_endpoint),
    Route(
        "put_deployment",
        "PUT",
        _DEPLOYMENT,
        Role.CONTRIBUTOR,
        durable_handler=put_deployment,
        about=About("Create or update a deployment.", body=bodies.DEPLOYMENT),
    ),
    Route("get_deployment", "GET", _DEPLOYMENT, Role.READER, get_deployment),
)
register(bp, ROUTES)
