"""OpenAPI 3.1 documents, made from the routes that are served and the readers of their bodies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.api.about import About, Answer
from shared.api.errors import INTERNAL, STATUSES
from shared.api.openapi_schemas import SCHEMAS, path_parameter
from shared.api.paging import SKIP_TOKEN
from shared.api.routes import Route

type Json = dict[str, Any]

PARAMETER = re.compile(r"\{([^}:]+)[^}]*\}")
API_VERSION = "api-version"
PAGING = ("$top", SKIP_TOKEN)
USUAL: Mapping[str, Mapping[int, Answer]] = {
    "PUT": {200: Answer.RESOURCE, 201: Answer.RESOURCE},
    "PATCH": {200: Answer.DOCUMENT},
    "POST": {200: Answer.DOCUMENT},
    "DELETE": {200: Answer.NOTHING, 202: Answer.NOTHING, 204: Answer.NOTHING},
}


@dataclass(frozen=True)
class Scope:
    """What a document is about, and the path parameters that have one value only there."""

    title: str
    server: str
    description: str = ""
    known: Mapping[str, str] | None = None


def document(routes: Iterable[Route], scope: Scope) -> Json:
    """The document of these routes."""
    paths: dict[str, Json] = {}
    shapes: Json = {}
    for route in sorted(routes, key=lambda one: (one.template.lower(), one.method)):
        operation = _operation(route, scope.known or {})
        paths.setdefault(_path(route.template), {})[route.method.lower()] = operation
        if route.about.body and route.about.body.examples:
            shapes[route.about.body.name] = route.about.body.schema()
    return {
        "openapi": "3.1.0",
        "info": {"title": scope.title, "version": "1", "description": scope.description},
        "servers": [{"url": scope.server}],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **shapes},
            "responses": _refusals(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _path(template: str) -> str:
    return "/" + PARAMETER.sub(r"{\1}", template)


def _operation(route: Route, known: Mapping[str, str]) -> Json:
    about, answers = route.about, _answers(route)
    paging = PAGING if Answer.PAGE in answers.values() else ()
    names = PARAMETER.findall(route.template)
    role = route.role
    operation: Json = {
        "operationId": route.name,
        "summary": about.summary or f"{route.name.replace('_', ' ').capitalize()}.",
        "description": f"Needs the role {role.name.lower()}." if role else "Open to everybody.",
        "parameters": [
            *(path_parameter(name, known.get(name)) for name in names),
            *(_optional("query", name) for name in (API_VERSION, *paging, *about.query)),
            *(_optional("header", name) for name in about.headers),
        ],
        "responses": _responses(answers),
        "security": [{"bearer": []}] if role else [],
    }
    if about.body and about.body.examples:
        operation["requestBody"] = _request_body(about)
    return operation


def _optional(place: str, name: str) -> Json:
    return {"name": name, "in": place, "required": False, "schema": {"type": "string"}}


def _request_body(about: About) -> Json:
    shape = about.body
    examples = shape.examples if shape else ()
    named = {f"form {place}": {"value": one} for place, one in enumerate(examples, start=1)}
    schema = _reference("schemas", shape.name if shape else "")
    return {
        "required": not (shape and shape.may_be_empty),
        "content": {"application/json": {"schema": schema, "examples": named}},
    }


def _answers(route: Route) -> Mapping[int, Answer]:
    return route.about.answers or USUAL.get(route.method) or {200: _usual_of_get(route)}


def _responses(answers: Mapping[int, Answer]) -> Json:
    refused = [*STATUSES.values(), INTERNAL]
    return {str(status): _response(answer) for status, answer in answers.items()} | {
        str(status): _reference("responses", f"Error{status}") for status in sorted(set(refused))
    }


def _usual_of_get(route: Route) -> Answer:
    """In ARM's paths the last part is a resource's name, or the kind of those that are listed."""
    if not route.template.lower().startswith("subscriptions/"):
        return Answer.DOCUMENT
    return Answer.RESOURCE if route.template.endswith("}") else Answer.PAGE


def _response(answer: Answer) -> Json:
    if answer is Answer.NOTHING:
        return {"description": "Done; there is nothing to tell."}
    if answer is Answer.TEXT:
        return {
            "description": "The text.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    schema = _reference("schemas", answer)
    return {"description": answer.value, "content": {"application/json": {"schema": schema}}}


def _refusals() -> Json:
    """Every error answer: its status, and the codes that it may have."""
    codes: dict[int, list[str]] = {INTERNAL: ["InternalServerError"]}
    for kind, status in STATUSES.items():
        codes.setdefault(status, []).append(kind.__name__)
    schema = _reference("schemas", "Error")
    return {
        f"Error{status}": {
            "description": " or ".join(named),
            "content": {"application/json": {"schema": schema}},
        }
        for status, named in sorted(codes.items())
    }


def _reference(section: str, name: str) -> Json:
    return {"$ref": f"#/components/{section}/{name}"}
