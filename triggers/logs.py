"""Logs by signed links: the official client fetches them without a token."""

from datetime import UTC, datetime

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.ports import Orchestrations
from shared.services import Services
from triggers.follow import live

bp = df.Blueprint()
OK = 200


def log_link(job: str, log: str, now: datetime, request: Request, services: Services) -> str:
    """Where that log of the job can be read without a token, for a while."""
    return f"{request.base_url}/logs/{job}?{services.log_links.query(job, log, now)}"


def read_log(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """A log's whole text so far; raises Forbidden unless the link is good."""
    name, query, now = request.path["job"], request.query, datetime.now(UTC)
    log = query.get("name", "")
    services.log_links.check(name, log, query.get("expires", ""), query.get("sig", ""), now)
    job = live(services.jobs.get(name), services, orchestrations)
    return Response(OK, text=services.log_reader.read(job, log, now))


# Its links are signed: whoever may read the job was given them.
_READ = RouteDocs(
    "A log's text so far, by a signed link.",
    answers={OK: AnswerKind.TEXT},
    query=("name", "expires", "sig"),
)
ROUTES = (Route("read_log", "GET", "logs/{job}", None, read_log, is_durable=True, docs=_READ),)
register(bp, ROUTES)
