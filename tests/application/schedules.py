"""A schedule of an endpoint `wine`, put through its door, and looked at when a test says so."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.api.routes import UNBOUND
from shared.domain.caller import Author
from shared.domain.job import Job
from shared.domain.schedule import ScheduleProgress
from shared.services import Services
from tests.support.client import Client
from tests.support.orchestrations import Orchestrations
from tests.support.requests import http_request
from triggers import schedules

HOUR = timedelta(hours=1)
# A schedule is put at that time of a simulated clock.
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
FOLDER = "azureml://datastores/workspaceblobstore/paths"
HOURLY = {"triggerType": "Cron", "expression": "0 * * * *"}


def at(hour: float) -> datetime:
    """So many hours after midnight."""
    return MIDNIGHT + hour * HOUR


def invoking(endpoint: str = "wine", **properties: Any) -> dict[str, Any]:
    given = {"jobInputType": "UriFolder", "uri": f"{FOLDER}/in"}
    body = {"inputData": {"input": given}, **properties}
    return {
        "actionType": "InvokeBatchEndpoint",
        "endpointInvocationDefinition": {"endpointName": endpoint, "properties": body},
    }


@dataclass
class Clockwork:
    """The app in memory, whose clock stands where a test puts it."""

    client: Client

    @property
    def services(self) -> Services:
        return self.client.services

    @property
    def hub(self) -> Orchestrations:
        return self.client.orchestrations

    def put(self, name: str = "nightly", *, since: datetime = MIDNIGHT, **properties: Any) -> Any:
        """Put it, and set back when that was."""
        given = {"trigger": HOURLY, "action": invoking(), **properties}
        answer = schedules.put_schedule(
            http_request({"properties": given}, schedule=name), self.services, UNBOUND
        )
        repository = self.services.registry.schedules
        repository.change(
            lambda old: old.model_copy(update={"since": since}), name, by=Author(name="Ada")
        )
        return answer.body

    def look(self, now: datetime) -> None:
        self.services.run_schedules(now, self.hub.client)

    def jobs(self) -> list[str]:
        """The names of all jobs, in order."""
        names = self.services.blobs.list_names("batch-jobs")
        return sorted(name.split("/")[0] for name in names if name.endswith("/job.json"))

    def job(self, name: str) -> Job:
        return self.services.jobs.get(name)

    def progress(self, name: str = "nightly") -> ScheduleProgress:
        found = self.services.schedule_progresses.find(name)
        assert found is not None
        return found


def names(*hours: int, schedule: str = "nightly") -> list[str]:
    return [f"{schedule}-{at(hour):%Y%m%dT%H%M%SZ}" for hour in hours]
