"""Signing in to the Studio and out of it, and who is signed in."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import azure.durable_functions as df

from shared.adapters.sign_in_links import redeem
from shared.api.http import NO_STORE, Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.studio_assets import FILES
from shared.api.studio_session import FLOW, check_origin, cookies_of, opened, page_key, sealed
from shared.api.workspace import workspace_id
from shared.domain.caller import Caller
from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.implementations import choose_entra
from shared.ports import Orchestrations
from shared.schemas import bodies
from shared.schemas.shapes import NO_BODY
from shared.schemas.sign_in import Proof, read_proof
from shared.services import Services

bp = df.Blueprint()
FLOW_S = 900
"""To type a password, and find the telephone."""


def get_ways(_request: Request, services: Services, _: Orchestrations) -> Response:
    """How one may sign in here; a bearer token does everywhere."""
    settings = services.settings
    return Response(
        HTTPStatus.OK,
        {
            "link": bool(settings.studio_links_url),
            "command": settings.studio_command,
            "tokenCommand": settings.studio_token_command,
            "entra": bool(settings.studio_client_id),
            "appService": settings.studio_app_service,
            "audience": settings.auth_audiences[0] if settings.auth_audiences else "",
        },
    )


def sign_in(request: Request, services: Services, _: Orchestrations) -> Response:
    """A session for a token, or for what can be turned into one; it ends with the token."""
    key = page_key(request.headers)
    check_origin(request.headers, _origins(request))
    token = _token(read_proof(request.json), request, services)
    caller = services.verifier.verify(token)
    tail = f"{_attributes(request)}{_lifetime(caller)}"
    cookies = tuple(f"{name}={value}; {tail}" for name, value in sealed(key, token))
    return Response(HTTPStatus.OK, _me(caller, services), NO_STORE, cookies=cookies)


def _token(proof: Proof, request: Request, services: Services) -> str:
    """Raises Unauthenticated."""
    if not proof.answer:
        return proof.token or redeem(services.settings.studio_links_url, proof.code)
    flow = opened(page_key(request.headers), request.headers.get("cookie", ""), FLOW)
    return choose_entra(services.settings).complete(json.loads(flow), proof.answer)


def begin(request: Request, services: Services, _: Orchestrations) -> Response:
    """Where Entra ID signs people in; what it answers is of use to this page only."""
    key = page_key(request.headers)
    check_origin(request.headers, _origins(request))
    to, flow = choose_entra(services.settings).begin(f"{request.base_url}/studio/sign-in")
    tail = f"{_attributes(request)}; Max-Age={FLOW_S}"
    pairs = sealed(key, json.dumps(flow), FLOW)
    cookies = tuple(f"{name}={value}; {tail}" for name, value in pairs)
    return Response(HTTPStatus.OK, {"to": to}, NO_STORE, cookies=cookies)


def sign_out(request: Request, _services: Services, _: Orchestrations) -> Response:
    """Take the cookies back; the token in them lives on until its end, but nobody has it."""
    check_origin(request.headers, _origins(request))
    tail = f"{_attributes(request)}; Max-Age=0"
    names = cookies_of(page_key(request.headers))
    return Response(HTTPStatus.OK, {}, cookies=tuple(f"{name}=; {tail}" for name in names))


def get_me(request: Request, services: Services, _: Orchestrations) -> Response:
    return Response(HTTPStatus.OK, _me(request.caller, services))


def _me(caller: Caller, services: Services) -> JSON:
    settings = services.settings
    role = Role.highest(caller.roles)
    FILES.refresh()
    return {
        "name": caller.name or caller.subject,
        "role": role.name.lower() if role else None,
        "expiresAt": utc(caller.expires_at) if caller.expires_at else None,
        "workspace": {
            "id": workspace_id(settings),
            "name": settings.workspace_name,
            "resourceGroup": settings.resource_group,
            "subscription": settings.subscription_id,
        },
        "defaultDatastore": settings.default_datastore,
        "studio": FILES.version,
    }


def _origins(request: Request) -> set[str]:
    """Our own, as the browser may know them."""
    public = urlsplit(request.base_url)
    here = f"{public.scheme}://{request.headers.get('host', '')}"
    return {f"{public.scheme}://{public.netloc}", here}


def _attributes(request: Request) -> str:
    """The cookie is all of the service's, and nothing's beside it."""
    base = urlsplit(request.base_url)
    secure = "; Secure" if base.scheme == "https" else ""
    return f"Path={base.path.rstrip('/') or '/'}; HttpOnly; SameSite=Strict{secure}"


def _lifetime(caller: Caller) -> str:
    """As long as the token's."""
    if caller.expires_at is None:
        return ""
    left = (caller.expires_at - datetime.now(UTC)).total_seconds()
    return f"; Max-Age={max(1, int(left))}"


_SESSION = "studio/api/session"
_IN = RouteDocs("Sign in to the Studio.", body=bodies.SESSION, headers=("X-Studio",))
_BEGIN = RouteDocs("Begin to sign in by Entra ID.", body=NO_BODY, headers=("X-Studio",))
_OUT = RouteDocs("Sign out.", answers={HTTPStatus.OK: AnswerKind.DOCUMENT}, headers=("X-Studio",))

ROUTES = (
    Route("studio_ways", "GET", "studio/api/ways", None, get_ways),
    Route("studio_enter", "POST", _SESSION, None, sign_in, docs=_IN),
    Route("studio_begin", "POST", "studio/api/sign-ins", None, begin, docs=_BEGIN),
    Route("studio_leave", "DELETE", _SESSION, None, sign_out, docs=_OUT),
    Route("studio_me", "GET", "studio/api/me", Role.READER, get_me),
)
register(bp, ROUTES)
