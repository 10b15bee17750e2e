"""Event Grid's posts: both schemas, one event or several, and their handshakes."""

from typing import Any

import pytest

from shared.api.http import Response
from shared.api.routes import UNBOUND
from shared.domain.errors import InvalidRequest
from tests.support.client import Client
from tests.support.requests import http_request
from tests.support.watched import Started
from triggers.upload_events import allow_events, receive_blob_events

CREATED = "Microsoft.Storage.BlobCreated"


def subject(container: str = "batch-inbox", path: str = "wine/reds.csv") -> str:
    return f"/blobServices/default/containers/{container}/blobs/{path}"


def post(client: Client, body: Any) -> tuple[Response, list[str]]:
    hub = Started()
    return receive_blob_events(http_request(body), client.services, hub), hub.starts


@pytest.mark.parametrize("field", ["eventType", "type"])
@pytest.mark.parametrize("events", [1, 2])
def test_an_upload_is_a_hint_in_each_schema(client: Client, field: str, events: int) -> None:
    event = {field: CREATED, "subject": subject(), "data": {"url": "https://x/y"}, "id": "1"}

    answer, starts = post(client, [event] * events if events > 1 else event)

    assert (200, {"watches": 1}) == (answer.status, answer.body)
    assert 1 == len(starts)
    assert starts[0].startswith("wine_inbox_")


@pytest.mark.parametrize(
    "event",
    [
        {"eventType": "Microsoft.Storage.BlobDeleted", "subject": subject()},
        {"eventType": CREATED, "subject": subject(path="beer/x.csv")},
        {"eventType": CREATED, "subject": subject(container="elsewhere")},
        {"eventType": CREATED, "subject": "/somewhere"},
        {"eventType": CREATED},
    ],
)
def test_an_event_that_is_about_no_watched_folder_is_accepted_and_means_nothing(
    client: Client, event: Any
) -> None:
    answer, starts = post(client, [event])

    assert (200, {"watches": 0}, []) == (answer.status, answer.body, starts)


def test_the_handshake_of_event_grids_schema_is_answered_with_its_code(client: Client) -> None:
    event = {
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "subject": "",
        "data": {"validationCode": "512d38b6", "validationUrl": "https://rp.example/x"},
    }

    answer, starts = post(client, [event])

    assert (200, {"validationResponse": "512d38b6"}, []) == (answer.status, answer.body, starts)


def test_the_handshake_of_cloudevents_is_answered_with_its_origin(client: Client) -> None:
    headers = {"webhook-request-origin": "eventgrid.azure.net"}

    answer = allow_events(http_request(headers=headers), client.services, UNBOUND)

    assert 200 == answer.status
    assert "eventgrid.azure.net" == answer.headers["WebHook-Allowed-Origin"]


@pytest.mark.parametrize("body", ["text", [1], {}, [{"eventType": 7}]])
def test_what_is_no_event_is_refused(client: Client, body: Any) -> None:
    with pytest.raises(InvalidRequest):
        post(client, body)
