"""The service's OpenAPI document, and the one of each endpoint's scoring URI."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.openapi_document import Scope, document
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register, registered
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
SCORING = "endpoints/{endpoint}/"


def get_openapi(request: Request, services: Services, _: Orchestrations) -> Response:
    settings = services.settings
    scope = Scope(
        title="Batch endpoints",
        server=request.base_url,
        description="Azure Machine Learning batch endpoints, self-hosted.",
        known={
            "subscription": settings.subscription_id,
            "group": settings.resource_group,
            "workspace": settings.workspace_name,
        },
    )
    return Response(HTTPStatus.OK, document(registered(), scope))


def get_swagger(request: Request, services: Services, _: Orchestrations) -> Response:
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    scope = Scope(
        title=endpoint.name,
        server=f"{request.base_url}/endpoints/{endpoint.name}",
        description=endpoint.description,
    )
    own = [
        replace(route, template=route.template.removeprefix(SCORING))
        for route in registered()
        if route.template.startswith(SCORING)
    ]
    return Response(HTTPStatus.OK, document(own, scope))


_DOCUMENT: Mapping[int, AnswerKind] = {HTTPStatus.OK: AnswerKind.DOCUMENT}
ROUTES = (
    Route(
        "get_openapi",
        "GET",
        "openapi.json",
        Role.READER,
        get_openapi,
        is_open=lambda settings: settings.public_openapi,
        docs=RouteDocs("The service's OpenAPI document.", answers=_DOCUMENT),
    ),
    Route(
        "get_swagger",
        "GET",
        f"{SCORING}swagger.json",
        Role.READER,
        get_swagger,
        docs=RouteDocs("The OpenAPI document of one endpoint's scoring URI.", answers=_DOCUMENT),
    ),
)
register(bp, ROUTES)
