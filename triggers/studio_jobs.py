"""The Studio's list of jobs: newest first, by endpoint, status and words of the name."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.list_jobs import JobWindow
from shared.domain.errors import InvalidRequest
from shared.domain.job import Job, JobStatus
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas.studio import write_job_row
from shared.services import Services

bp = df.Blueprint()
STATUSES = {status.lower(): frozenset({status}) for status in JobStatus}
UNDER_WAY = "UnderWay"
"""Every state in which a job has not ended."""
STATUSES[UNDER_WAY.lower()] = frozenset(status for status in JobStatus if not status.is_terminal)
FILTERS = ("endpoint", "deployment", "status", "name", "archived")


@dataclass(frozen=True)
class RowFilter:
    """Which rows are asked for; an empty set of statuses is all of them."""

    statuses: frozenset[JobStatus]
    archived: bool

    @classmethod
    def of(cls, request: Request) -> Self:
        """Raises InvalidRequest for a status that is none."""
        names = [name.strip() for name in request.query.get("status", "").split(",")]
        unknown = [name for name in names if name and name.lower() not in STATUSES]
        if unknown:
            raise InvalidRequest(
                f"'{unknown[0][:100]}' is no status of a job.",
                fix=f"Use some of {', '.join((*JobStatus, UNDER_WAY))}, comma separated.",
                target="status",
            )
        statuses = frozenset[JobStatus]().union(*(STATUSES[name.lower()] for name in names if name))
        return cls(statuses, request.query.get("archived", "") == "true")

    def __call__(self, job: Job) -> bool:
        is_wanted = not self.statuses or job.status in self.statuses
        return is_wanted and job.labels.hidden == self.archived


def list_rows(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    window = JobWindow(
        start_after(request),
        page_size(request),
        RowFilter.of(request),
        _name_filter(request.query.get("name", "")),
    )
    endpoint = request.query.get("endpoint", "").strip()
    deployment = request.query.get("deployment", "").strip()
    if endpoint:
        jobs, last = services.list_jobs.of_endpoint(endpoint, deployment, window, orchestrations)
    else:
        jobs, last = services.list_jobs(window, orchestrations)
    return page(request, map(write_job_row, jobs), last=last)


def _name_filter(words: str) -> Callable[[str], bool] | None:
    """Every word must be in the name, in any case and order."""
    wanted = words.lower().split()
    return (lambda name: all(word in name.lower() for word in wanted)) if wanted else None


_ROWS = RouteDocs(
    "Jobs in short, newest first.", answers={HTTPStatus.OK: AnswerKind.PAGE}, query=FILTERS
)
ROUTES = (
    Route(
        "studio_job_rows",
        "GET",
        "studio/api/jobs",
        Role.READER,
        list_rows,
        is_durable=True,
        docs=_ROWS,
    ),
)
register(bp, ROUTES)
