"""Webhooks and their deliveries through their doors."""

import json
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from shared.api.routes import UNBOUND
from shared.domain.errors import Conflict, InvalidRequest, NotFound, PreconditionFailed
from shared.domain.job import JobStatus
from shared.domain.webhook import PREFIX, new_secret
from shared.elsewhere_settings import PrivateAddresses
from tests.support.receiver import Answer, receiving
from tests.support.requests import http_request
from tests.support.webhooks import Hooked
from triggers import deliveries, webhooks

URL = "https://hooks.example.com/jobs"


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path)


def blobs_with(hooked: Hooked, text: str) -> list[str]:
    """The blobs whose content has this text."""
    names = [
        (container, item.name)
        for container in ("batch-registry", "batch-jobs", "batch-index", "azureml-blobstore")
        for item in hooked.blobs.list_blobs(container)
    ]
    return [name for one, name in names if text.encode() in hooked.blobs.read(one, name).data]


def rotate(hooked: Hooked, body: Any = None) -> Any:
    request = http_request(body, endpoint="wine", webhook="cellar")
    return webhooks.rotate_secret(request, hooked.services, UNBOUND).body


def ask(hooked: Hooked, handler: Any, **path: Any) -> Any:
    request = http_request(endpoint="wine", **path)
    return handler(request, hooked.services, hooked.hub).body


def test_a_webhook_is_put_got_listed_and_deleted(hooked: Hooked) -> None:
    answers = [hooked.put("cellar", URL), hooked.put("cellar", URL, state="Paused")]

    assert [201, 200] == [one.status for one in answers]
    assert {
        "url": URL,
        "events": ["job.ended"],
        "state": "Paused",
        "problem": None,
        "previousSecretUntil": None,
    }.items() <= hooked.show("CELLAR").items()
    listed = ask(hooked, webhooks.list_webhooks)["value"]
    assert ["cellar"] == [one["name"] for one in listed]
    assert listed[0]["id"].endswith("/batchEndpoints/wine/webhooks/cellar")

    ask(hooked, webhooks.delete_webhook, webhook="cellar")
    with pytest.raises(NotFound, match="create the webhook first"):
        hooked.show("cellar")


def test_a_secret_that_was_made_is_shown_once_and_lies_in_one_blob(hooked: Hooked) -> None:
    made = hooked.put("cellar", URL)
    secret = made.body["properties"]["secret"]

    Webhook(secret)
    assert "no-store" == made.headers["Cache-Control"]
    assert "secret" not in hooked.show("cellar")
    assert "secret" not in hooked.put("cellar", URL).body["properties"]
    found = blobs_with(hooked, secret)
    assert 1 == len(found)
    assert found[0].startswith("receivers/webhook/wine/cellar/")

    ask(hooked, webhooks.delete_webhook, webhook="cellar")
    assert [] == blobs_with(hooked, secret)


def test_secrets_go_with_the_endpoint(hooked: Hooked) -> None:
    secret = hooked.secret("cellar", URL)
    hooked.client.delete_endpoint()
    assert [] == blobs_with(hooked, secret)

    hooked.client.put_endpoint()
    assert [] == ask(hooked, webhooks.list_webhooks)["value"]


def test_what_is_shown_can_be_put_again_and_a_query_that_is_a_key_stays(hooked: Hooked) -> None:
    secret = hooked.secret("cellar", f"{URL}?code=k3y")
    shown = hooked.show("cellar")
    assert f"{URL}?***" == shown["url"]

    request = http_request({"properties": shown}, endpoint="wine", webhook="cellar")
    assert 200 == webhooks.put_webhook(request, hooked.services, UNBOUND).status

    assert shown == hooked.show("cellar")
    assert blobs_with(hooked, "k3y") == blobs_with(hooked, secret)
    assert 1 == len(blobs_with(hooked, "k3y"))


def test_an_address_whose_query_is_hidden_is_none_for_another_webhook(hooked: Hooked) -> None:
    hooked.secret("cellar", f"{URL}?code=k3y")

    for name in ("cellar", "other"):
        with pytest.raises(InvalidRequest, match="in place of its query"):
            hooked.put(name, "https://moved.example.com/jobs?***")


def test_a_rotation_shows_the_new_secret_once_and_until_when_the_old_one_signs(
    hooked: Hooked,
) -> None:
    own = new_secret()
    first = hooked.secret("cellar", URL)
    made = rotate(hooked)
    assert made["secret"] not in {None, first}
    assert made["previousSecretUntil"] == hooked.show("cellar")["previousSecretUntil"]

    assert rotate(hooked, {"secret": own})["secret"] is None
    assert [] == blobs_with(hooked, first)
    assert blobs_with(hooked, own) == blobs_with(hooked, made["secret"])
    hooked.put("cellar", URL, secret=own)
    assert blobs_with(hooked, made["secret"])


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"url": ""}, "'properties.url' is missing"),
        ({"url": "ftp://x/"}, "no https address"),
        ({"url": "http://169.254.169.254/"}, "not a public address"),
        ({"url": "https://ada:pw@x/"}, "user or a password"),
        ({"url": "https://x/" + "a" * 2100}, "characters"),
        ({"events": []}, "which is no event"),
        ({"events": ["job.paused"]}, "'job.paused', which is no event"),
        ({"secret": "hunter2"}, "no secret of a webhook"),
        ({"secret": f"{PREFIX}c2hvcnQ="}, "24 to 64 bytes"),
        ({"state": "Off"}, "one of Enabled, Paused"),
        ({"sekret": "x"}, "Did you mean 'secret'"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused_in_words(
    hooked: Hooked, properties: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words) as refused:
        hooked.put("cellar", **({"url": URL} | properties))
    assert "hunter2" not in str(refused.value)
    assert [] == blobs_with(hooked, "whsec_")


def test_away_from_ones_own_machine_only_public_https_addresses_are_taken(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path, private_addresses=PrivateAddresses.REFUSED)
    for url in ("http://hooks.example.com/", "https://127.0.0.1/", "https://10.0.0.1/"):
        with pytest.raises(InvalidRequest):
            hooked.put("cellar", url)
    assert 201 == hooked.put("cellar", URL).status


def test_an_endpoint_has_room_for_ten_webhooks(hooked: Hooked) -> None:
    for number in range(10):
        hooked.put(f"hook-{number}", URL)
    with pytest.raises(Conflict, match="may have no more"):
        hooked.put("one-more", URL)
    assert 200 == hooked.put("hook-3", URL).status


def test_a_change_that_is_refused_changes_no_secret(hooked: Hooked) -> None:
    secret = hooked.secret("cellar", URL)
    body = {"properties": {"url": URL, "secret": new_secret()}}
    stale = http_request(body, headers={"if-match": "0x0"}, endpoint="wine", webhook="cellar")
    with pytest.raises(PreconditionFailed):
        webhooks.put_webhook(stale, hooked.services, UNBOUND)

    assert (1, 0) == (len(blobs_with(hooked, secret)), len(blobs_with(hooked, body_secret(body))))


def body_secret(body: Any) -> str:
    return str(body["properties"]["secret"])


def test_the_log_shows_each_attempt_newest_job_first_in_pages_and_no_secret(
    hooked: Hooked,
) -> None:
    with receiving(Answer(500), Answer(200)) as receiver:
        secret = hooked.secret("cellar", f"{receiver.url}?code=k3y")
        for name in ("job-1", "job-2", "job-3"):
            hooked.job(name, JobStatus.COMPLETED)
            hooked.announce.end(name, hooked.hub)
            hooked.play_all()
            hooked.late += hooked.late.resolution * 1_000_000

    query = {"$top": "2"}
    request = http_request(query=query, endpoint="wine", webhook="cellar")
    page = deliveries.list_deliveries(request, hooked.services, UNBOUND).body
    assert ["job-3", "job-2"] == [one["properties"]["job"] for one in page["value"]]
    assert page["nextLink"]
    assert secret not in json.dumps(page)

    oldest = ask(hooked, deliveries.list_deliveries, webhook="cellar")["value"][-1]
    whole = ask(hooked, deliveries.get_delivery, webhook="cellar", delivery=oldest["name"])[
        "properties"
    ]
    assert ("Delivered", 2) == (whole["state"], whole["attemptCount"])
    assert [500, 200] == [one["statusCode"] for one in whole["attempts"]]
    assert "job-1" == whole["content"]["subject"]
    assert {"k3y", secret} == {one for one in ("k3y", secret) if one not in json.dumps(whole)}

    again = ask(hooked, deliveries.redeliver, webhook="cellar", delivery=oldest["name"])
    assert ("Pending", 2) == (again["properties"]["state"], again["properties"]["round"])
    with pytest.raises(NotFound, match="no delivery 'x'"):
        ask(hooked, deliveries.get_delivery, webhook="cellar", delivery="x")
