"""A storm of uploads becomes few jobs on the local host, though a fifth of the events is lost.

By Event Grid - posts to the trigger's own webhook and to `/events/blobs` - and by the polled blob
trigger. Every final version is scored exactly once, with the host killed meanwhile. For the sake of
time 180 files and three kills each; STORM_FILES=1000 has a thousand, and five kills.
"""

import json
import os
import random
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import local
from typing import Any

import pytest

from tests.service.conftest import deploy_on
from tests.service.upload_storm import Storm, check_scored_once, upload_storm
from tests.support.json_over_http import connect
from tests.support.stack import Stack, served

INBOXES = "batch-inbox"
FILES = int(os.environ.get("STORM_FILES", "180"))
KILLS = 5 if FILES >= 1000 else 3
HAZARDS = ("--hazards", "lost-events=0.2,double-events=0.1,late-events=0.2", "--hazard-seed", "4")
DEPLOYMENT = {"miniBatchSize": 100, "maxConcurrencyPerInstance": 2}


class EventGrid:
    """Tells of each upload, by one route or the other; what the host does not take is lost."""

    def __init__(self, stack: Stack) -> None:
        self._url = stack.url
        self._connections = list[HTTPConnection]()
        self._of_thread = local()
        self._chance = random.Random(3)  # noqa: S311
        self._token = stack.token("invoker")
        keys = json.loads((stack.state / "host" / "keys.json").read_text())
        name = "Host.Functions.notice_upload"
        self._webhook = f"/runtime/webhooks/blobs?functionName={name}&code={keys['system']}"
        self.statuses = list[tuple[str, int]]()

    def tell(self, name: str) -> None:
        """To `/events/blobs` the fifth is lost here, on the way to the webhook by the host."""
        subject = f"/blobServices/default/containers/{INBOXES}/blobs/{name}"
        url = f"http://127.0.0.1:10000/devstoreaccount1/{INBOXES}/{name}"
        data = {"url": url, "eTag": "0x1", "blobType": "BlockBlob"}
        event = {"eventType": "Microsoft.Storage.BlobCreated", "subject": subject, "data": data}
        if self._chance.random() < 0.5:
            self._post(self._webhook, event, {"aeg-event-type": "Notification"})
        elif self._chance.random() > 0.2:
            self._post("/events/blobs", event, {"Authorization": f"Bearer {self._token}"})

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def _post(self, path: str, event: Any, headers: dict[str, str]) -> None:
        with suppress(OSError, HTTPException):
            try:
                status = self._status(path, json.dumps([event]), headers)
            except (OSError, HTTPException):
                self._of_thread.connection.close()  # it connects again by itself
                raise
            self.statuses.append((path.partition("?")[0], status))

    def _status(self, path: str, body: str, headers: dict[str, str]) -> int:
        connection = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = connect(self._url)
            self._connections.append(connection)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return int(answer.status)


def storm_over(stack: Stack, files: int, after_each: Callable[[str], None]) -> None:
    """A storm into an inbox of its own, and what came of it."""
    endpoint = deploy_on(stack, "storm-end", **DEPLOYMENT)
    storm = Storm(INBOXES, endpoint, files, quiet_s=5, most_files=max(files // 5, 60), kills=KILLS)
    rules = {"properties": {"gather": storm.gather}}
    stack.put(f"/batchEndpoints/{endpoint}/watches/inbox", rules)

    uploaded = upload_storm(stack, storm, after_each)

    versions, jobs = check_scored_once(stack, endpoint, "inbox", storm)
    spread_s = uploaded.moments[-1] - uploaded.moments[0]
    most = uploaded.most_jobs(versions, storm)
    sys.stdout.write(
        f"{len(uploaded.moments)} uploads of {files} files in {spread_s:.0f} s: "
        f"{versions} versions in {jobs} jobs, by the rules at most {most}\n"
    )
    assert jobs <= most


@pytest.fixture(autouse=True)
def _often_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEEP_SCHEDULE", "*/5 * * * * *")


def test_a_storm_that_the_polled_trigger_tells_of_is_scored_once(tmp_path: Path) -> None:
    with served(tmp_path / "state", *HAZARDS) as stack:
        storm_over(stack, FILES, lambda _: None)

        assert "is lost" in stack.log.read_text()


def test_a_storm_that_event_grid_tells_of_is_scored_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_TRIGGER", "event_grid")
    with served(tmp_path / "state", *HAZARDS) as stack:
        with closing(EventGrid(stack)) as grid:
            storm_over(stack, FILES, grid.tell)

        assert "is lost" in stack.log.read_text()
        assert {("/runtime/webhooks/blobs", 202), ("/events/blobs", 200)} == {
            one for one in grid.statuses if one[1] < 500
        }
