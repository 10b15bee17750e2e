"""ARM CRUD of endpoints and deployments, as the official SDK puts and gets them."""

from collections.abc import Callable

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.routes import Route, register
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.message import JSON, Message
from shared.domain.role import Role
from shared.schemas import arm_resources as arm
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
    who,
)

bp = df.Blueprint()
OK, CREATED = 200, 201


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


def put_deployment(request: Request, services: Services) -> Response:
    check_workspace(request, services.settings)
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource.name
    body = own_body(request, services.settings)
    deployment = arm.read_deployment(endpoint, request.path["deployment"], body)
    _check_model(deployment, services)
    saved = services.registry.deployments.save(
        deployment, endpoint, deployment.name, by=who(request)
    )
    return _answer(saved, lambda one: _deployment(one, services))


def _check_model(deployment: Deployment, services: Services) -> None:
    """The model must be registered, and hold an MLmodel file."""
    target = "properties.model.assetId"
    try:
        model = services.registry.model(deployment.model)
    except NotFound as missing:
        raise InvalidRequest(missing.problem, fix=missing.fix, target=target) from None
    location, _ = services.inputs.resolve(model.uri, target=target)
    if not services.blobs.exists(location.container, f"{location.path}/MLmodel"):
        raise InvalidRequest(
            f"The model '{model.id}' has no MLmodel file at '{model.uri}', so it is not an "
            "MLflow model; other models need a scoring script.",
            fix="Register a folder that MLflow saved.",
            target=target,
        )


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
    properties = arm.write_endpoint(endpoint, scoring_uri(request, endpoint.name))
    own_id = endpoint_id(services.settings, endpoint.name)
    return enveloped(entry, "batchEndpoints", own_id, endpoint.name, properties) | _located(
        services, endpoint.tags
    )


def _deployment(entry: Entry[Deployment], services: Services) -> JSON:
    deployment, settings = entry.resource, services.settings
    model = deployment.model
    model_id = asset_id(settings, "models", model.name, model.version)
    own_id = f"{endpoint_id(settings, deployment.endpoint)}/deployments/{deployment.name}"
    properties = arm.write_deployment(deployment, model_id)
    return enveloped(
        entry, "batchEndpoints/deployments", own_id, deployment.name, properties
    ) | _located(services, deployment.tags)


def _located(services: Services, tags: dict[str, str]) -> JSON:
    return {"location": services.settings.location, "tags": tags}


_ENDPOINT = f"{WORKSPACE}/batchEndpoints/{{endpoint}}"
_DEPLOYMENT = f"{_ENDPOINT}/deployments/{{deployment}}"

ROUTES = (
    Route("put_endpoint", "PUT", _ENDPOINT, Role.CONTRIBUTOR, put_endpoint),
    Route("get_endpoint", "GET", _ENDPOINT, Role.READER, get_endpoint),
    Route("put_deployment", "PUT", _DEPLOYMENT, Role.CONTRIBUTOR, put_deployment),
    Route("get_deployment", "GET", _DEPLOYMENT, Role.READER, get_deployment),
)
register(bp, ROUTES)
