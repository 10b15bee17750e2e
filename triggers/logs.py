"""Logs by signed links: the official client fetches them without a token."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
LINK = ("name", "expires", "sig")


def read_log(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """A log's whole text so far, for whoever has a good link to it."""
    name, expires, signature = (request.query.get(part, "") for part in LINK)
    text = services.read_job_log(request.path["job"], name, expires, signature, orchestrations)
    return Response(HTTPStatus.OK, text=text)


# Its links are signed: whoever may read the job was given them.
_READ = RouteDocs(
    "A log's text so far, by a signed link.",
    answers={HTTPStatus.OK: AnswerKind.TEXT},
    query=LINK,
)
ROUTES = (Route("read_log", "GET", "logs/{job}", None, read_log, is_durable=True, docs=_READ),)
register(bp, ROUTES)
