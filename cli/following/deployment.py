"""Following a deployment that is being made: its stage, for how long, and what its build says."""

import time

from cli.answers import JSON
from cli.connection.service import Service
from cli.console import Console, duration_text
from cli.errors import CommandError, ResourceNotFound
from cli.following.patience import Patience, pause_s
from cli.views.arm import snake

UNDER_WAY = frozenset({"Creating", "Updating", "Scaling"})


def follow_deployment(service: Service, endpoint: str, deployment: str, out: Console) -> JSON:
    """The deployment's ARM document once it is made; raises CommandError when that failed.

    Who interrupts it leaves the service at work.
    """
    path = f"batchEndpoints/{endpoint}/deployments/{deployment}"
    patience, stages, began = Patience(out), StageLines(deployment, out), time.monotonic()
    log = BuildLog(service, path) if out.is_verbose else None
    try:
        with out:
            while True:
                document = patience.ask(lambda: service.get(path))
                for line in patience.ask(log.read_on) if log else ():
                    out.line(line)
                if document["properties"]["provisioningState"] not in UNDER_WAY:
                    return provisioned(document, endpoint)
                stages.show(document["properties"].get("provisioningStage"))
                time.sleep(pause_s(time.monotonic() - began))
    except KeyboardInterrupt:
        show = f"bep batch-deployment show --name {deployment} --endpoint-name {endpoint}"
        out.line(f"The service goes on making deployment '{deployment}'. Look at it: {show}")
        raise


def provisioned(document: JSON, endpoint: str) -> JSON:
    """The document of a deployment that was made; raises CommandError when it was not."""
    properties, name = document["properties"], document["name"]
    if properties["provisioningState"] == "Succeeded":
        return document
    reason = properties.get("provisioningError") or properties["provisioningState"]
    logs = f"bep batch-deployment get-logs --name {name} --endpoint-name {endpoint}"
    raise CommandError(f"Deployment '{name}' could not be made: {reason}", fix=f"Its log: {logs}")


class StageLines:
    """Each stage is a line when it begins, and live while it lasts."""

    def __init__(self, deployment: str, out: Console) -> None:
        self._deployment = deployment
        self._out = out
        self._shown = ("", "")

    def show(self, stage: JSON) -> None:
        """`stage` is `provisioningStage` of the document; a service of old has none."""
        if not stage:
            self._out.live(f"{self._deployment}: being made ...")
            return
        name, detail = _words(stage["name"]), " ".join((stage.get("detail") or "").split())
        if self._shown != (name, detail):
            self._shown = (name, detail)
            self._out.line(f"{self._deployment}: {name}{f': {detail}' if detail else ''}")
        elapsed, total = (duration_text(stage[one]) for one in ("elapsedSeconds", "totalSeconds"))
        self._out.live(f"{self._deployment}: {name} for {elapsed}, {total} in all")


class BuildLog:
    """What the build and `init()` print; each look gives the lines that are new."""

    def __init__(self, service: Service, path: str) -> None:
        self._service = service
        self._path = path
        self._seen = 0

    def read_on(self) -> list[str]:
        try:
            answer = self._service.post(f"{self._path}/getLogs", {})
        except ResourceNotFound:
            return []
        lines = str(answer["content"]).splitlines()
        news = lines[self._seen :]
        self._seen = max(self._seen, len(lines))
        return news


def _words(name: str) -> str:
    """`InstallingPackages` -> `installing packages`."""
    return snake(name).replace("_", " ")
