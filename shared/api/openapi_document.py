"""OpenAPI 3.1 documents, made from the routes that are served and the readers of their bodies."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.api.error_responses import INTERNAL, STATUSES
from shared.api.openapi_schemas import SCHEMAS, path_parameter
from shared.api.paging import SKIP_TOKEN
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route

type Json = dict[str, Any]

PARAMETER = re.compile(r"\{([^}:]+)[^}]*\}")
API_VERSION = "api-version"
PAGING = ("$top", SKIP_TOKEN)
USUAL: Mapping[str, Mapping[int, AnswerKind]] = {
    "PUT": {200: AnswerKind.RESOURCE, 201: AnswerKind.RESOURCE},
    "PATCH": {200: AnswerKind.DOCUMENT},
    "POST": {200: AnswerKind.DOCUMENT},
    "DELETE": {200: AnswerKind.NOTHING, 202: AnswerKind.NOTHING, 204: AnswerKind.NOTHING},
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
        if route.docs.body and route.docs.body.examples:
            shapes[route.docs.body.name] = route.docs.body.schema()
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
    docs, answers = route.docs, _answers(route)
    paging = PAGING if AnswerKind.PAGE in answers.values() else ()
    names = PARAMETER.findall(route.template)
    role = route.role
    operation: Json = {
        "operationId": route.name,
        "tags": [_group(route.template)],
        "summary": docs.summary or f"{route.name.replace('_', ' ').capitalize()}.",
        "description": f"Needs the role {role.name.lower()}." if role else "Open to everybody.",
        "parameters": [
            *(path_parameter(name, known.get(name)) for name in names),
            *(_optional("query", name) for name in (API_VERSION, *paging, *docs.query)),
            *(_optional("header", name) for name in docs.headers),
        ],
        "responses": _responses(answers),
        "security": [{"bearer": []}] if role else [],
    }
    if docs.body and docs.body.examples:
        operation["requestBody"] = _request_body(docs)
    return operation


def _group(template: str) -> str:
    """Viewers show operations by groups: by the kind of the resource, or the path's first word."""
    rest = template.partition("workspaces/{workspace}/")[2] or template
    return rest.partition("/")[0]


def _optional(location: str, name: str) -> Json:
    return {"name": name, "in": location, "required": False, "schema": {"type": "string"}}


def _request_body(docs: RouteDocs) -> Json:
    shape = docs.body
    examples = shape.examples if shape else ()
    named = {f"form {number}": {"value": one} for number, one in enumerate(examples, start=1)}
    schema = _reference("schemas", shape.name if shape else "")
    return {
        "required": not (shape and shape.may_be_empty),
        "content": {"application/json": {"schema": schema, "examples": named}},
    }


def _answers(route: Route) -> Mapping[int, AnswerKind]:
    return route.docs.answers or USUAL.get(route.method) or {200: _usual_of_get(route)}


def _responses(answers: Mapping[int, AnswerKind]) -> Json:
    """A route's own answers go before what each one may be refused by."""
    own = {str(status): _response(answer) for status, answer in answers.items()}
    refused = sorted({*STATUSES.values(), INTERNAL})
    usual = {str(status): _reference("responses", f"Error{status}") for status in refused}
    return own | {status: usual[status] for status in usual if status not in own}


def _usual_of_get(route: Route) -> AnswerKind:
    """In ARM's paths the last part is a resource's name, or the kind of those that are listed."""
    if not route.template.lower().startswith("subscriptions/"):
        return AnswerKind.DOCUMENT
    return AnswerKind.RESOURCE if route.template.endswith("}") else AnswerKind.PAGE


def _response(answer: AnswerKind) -> Json:
    if answer is AnswerKind.NOTHING:
        return {"description": "Done; there is nothing to tell."}
    if answer is AnswerKind.TEXT:
        return {
            "description": "The text.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    if answer is AnswerKind.FILE:
        return {"description": "The file's bytes.", "content": {"*/*": {}}}
    schema = _reference("schemas", answer)
    return {"description": answer.value, "content": {"application/json": {"schema": schema}}}


def _refusals() -> Json:
    """Every error answer: its status, and the codes that it may have."""
    codes: dict[int, list[str]] = {INTERNAL: ["InternalServerError"]}
    for kind, status in STATUSES.items():
        code, known = kind("", fix="").code, codes.setdefault(status, [])
        known += [code] if code not in known else []  # some have their parent's
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
