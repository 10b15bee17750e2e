"""An event on its way, to a real receiver: once or more, under one id, signed, for a day."""

import json
from contextlib import closing
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from orchestrators.instance_input import REFUSED
from shared.adapters.guarded_posts import GuardedPosts
from shared.domain.delivery import AttemptTask, Delivery
from shared.domain.job import JobStatus
from shared.outbound import PostAnswer, PostBusy
from tests.support.receiver import Answer, Post, Receiver, free_port, receiving
from tests.support.rehearsal import Rehearsal, play
from tests.support.webhooks import DELIVER, Hooked

HOUR_S = 3600


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path)


def announced(hooked: Hooked, job: str = "job-1") -> Delivery:
    """The delivery of the end of a job, announced but not under way."""
    hooked.job(job, JobStatus.COMPLETED)
    hooked.announce.end(job, hooked.hub)
    return next(one for one in hooked.deliveries() if one.event["subject"] == job)


def ids(receiver: Receiver) -> set[str]:
    return {post.id for post in receiver.posts}


def test_an_end_is_delivered_once_and_verified_by_the_library(hooked: Hooked) -> None:
    with receiving(Answer(204)) as receiver:
        secret = hooked.secret("cellar", receiver.url)
        delivery = announced(hooked)
        hooked.play(delivery.task)

    assert 1 == len(receiver.posts)
    post = receiver.posts[0]
    event = Webhook(secret).verify(post.body, dict(post.headers))
    assert ("application/cloudevents+json; charset=utf-8", delivery.id) == (
        post.headers["content-type"],
        post.id,
    )
    assert {
        "specversion": "1.0",
        "id": delivery.id,
        "type": "dev.batchendpoints.job.completed",
        "subject": "job-1",
        "datacontenttype": "application/json",
        "sequence": "00000002",
    }.items() <= event.items()
    assert event["source"].endswith("/workspaces/local/batchEndpoints/wine")
    assert {
        "endpoint": "wine",
        "job": "job-1",
        "status": "Completed",
        "output": "azureml://datastores/workspaceblobstore/paths/out/job-1.csv",
        "jobUrl": "https://batch/endpoints/wine/jobs/job-1",
        "receiptUrl": "https://batch/endpoints/wine/jobs/job-1/outputs/receipt",
        "counts": {"files": 3, "miniBatches": 2, "scoredFiles": 2, "failedFiles": 1, "rows": 7},
    }.items() <= event["data"].items()


class Troubled:
    """It answers 500, hangs, points to a metadata service, and is away until the hour is over."""

    ANSWERS = (
        Answer(500),
        Answer(hangs=True),
        Answer(302, {"Location": "http://169.254.169.254/latest/meta-data"}),
    )

    def __init__(self, hooked: Hooked) -> None:
        self._hooked = hooked
        self._before = Receiver(*self.ANSWERS)
        self.url = self._before.url
        self._back: Receiver | None = None

    def change(self) -> None:
        """As the clock has it."""
        if len(self._before.posts) == len(self.ANSWERS) and self._back is None:
            self._before.close()
            if self._hooked.late.total_seconds() > HOUR_S:
                self._back = Receiver(Answer(200), port=self._before.port)

    @property
    def posts(self) -> list[Post]:
        return [*self._before.posts, *(self._back.posts if self._back else [])]

    def close(self) -> None:
        for one in (self._before, self._back):
            if one is not None:
                one.close()


def test_a_receiver_that_fails_hangs_redirects_and_is_away_for_an_hour_gets_it_under_one_id(
    hooked: Hooked,
) -> None:
    with closing(Troubled(hooked)) as troubled:
        secret = hooked.secret("cellar", troubled.url)
        delivery = announced(hooked)
        hooked.on_rest = troubled.change  # type: ignore[method-assign]
        hooked.play(delivery.task)

    posts = troubled.posts
    assert (4, {delivery.id}) == (len(posts), {post.id for post in posts})
    assert 1 == len({post.body for post in posts})
    assert all(post.is_signed_by(secret) for post in posts)
    kept = hooked.deliveries()[0]
    assert "Delivered" == kept.state
    assert [500, 0, 302, 0, 200] == [one.status for one in kept.attempts]
    assert "No answer within 1 s." == kept.attempts[1].error
    assert "not followed" in kept.attempts[2].error
    assert "The call did not come through: Connection refused." == kept.attempts[3].error
    assert HOUR_S < hooked.late.total_seconds() < 3 * HOUR_S


def test_a_delivery_that_is_turned_away_comes_again_and_has_lost_no_attempt(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([PostBusy()] * 5)

    def post(posts: GuardedPosts, *given: Any, **limits: Any) -> PostAnswer:
        if busy := next(times, None):
            raise busy
        return posts._post(*given, **limits)

    with receiving() as receiver:
        hooked.secret("cellar", receiver.url)
        delivery = announced(hooked)
        monkeypatch.setattr(GuardedPosts, "post", post)
        hooked.play(delivery.task)

    kept = hooked.deliveries()[0]
    assert ("Delivered", [(1, 200)]) == (
        kept.state,
        [(one.number, one.status) for one in kept.attempts],
    )
    assert 60 < hooked.late.total_seconds() < 5 * 120


def test_a_receiver_that_never_takes_it_is_given_up_after_a_day(hooked: Hooked) -> None:
    hooked.secret("cellar", f"http://127.0.0.1:{free_port()}/")
    delivery = announced(hooked)

    hooked.play(delivery.task)

    kept = hooked.deliveries()[0]
    assert ("GivenUp", 8) == (kept.state, len(kept.attempts))
    assert 20 * HOUR_S < hooked.late.total_seconds() <= 24 * HOUR_S


@pytest.mark.parametrize("asked", ["900", "HTTP"])
def test_a_receiver_may_ask_for_more_time(hooked: Hooked, asked: str) -> None:
    at = hooked.now().timestamp() + 900
    text = asked if asked == "900" else formatdate(at, usegmt=True)
    with receiving(Answer(503, {"Retry-After": text}), Answer(200)) as receiver:
        hooked.secret("cellar", receiver.url)
        hooked.play(announced(hooked).task)

    assert 2 == len(receiver.posts)
    assert 890 <= hooked.late.total_seconds() <= 901


def test_one_that_is_gone_for_good_pauses_its_webhook(hooked: Hooked) -> None:
    with receiving(Answer(410)) as receiver:
        hooked.secret("cellar", receiver.url)
        hooked.play(announced(hooked).task)
        announced_again = hooked.job("job-2", JobStatus.COMPLETED)
        hooked.announce.end("job-2", hooked.hub)

    assert announced_again.state.status is JobStatus.COMPLETED
    assert (1, 1) == (len(receiver.posts), len(hooked.deliveries()))
    assert "Dropped" == hooked.deliveries()[0].state
    shown = hooked.show("cellar")
    assert "Paused" == shown["state"]
    assert "410" in shown["problem"]


def test_what_was_written_down_is_not_sent_again_and_what_was_not_is(hooked: Hooked) -> None:
    """The host was killed: after the attempt was kept, or before."""
    with receiving(Answer(500), Answer(200)) as receiver:
        hooked.secret("cellar", receiver.url)
        task = announced(hooked).task
        attempt = AttemptTask(delivery=task, number=1)
        first, again = hooked.deliver(attempt), hooked.deliver(attempt)
        assert (1, False, False) == (len(receiver.posts), first.is_over, again.is_over)
        assert 4 <= again.wait_s <= 5

        hooked.play(task)
        hooked.play(task)

    assert 2 == len(receiver.posts)
    assert 1 == len(ids(receiver))


@pytest.mark.parametrize("what", ["deleted", "paused"])
def test_what_nobody_wants_any_more_is_dropped(hooked: Hooked, what: str) -> None:
    with receiving() as receiver:
        hooked.secret("cellar", receiver.url)
        delivery = announced(hooked)
        if what == "paused":
            hooked.put("cellar", receiver.url, state="Paused")
        else:
            hooked.services.registry.webhooks.delete("wine", "cellar")
        hooked.play(delivery.task)

    assert [] == receiver.posts
    assert ("Dropped", f"The webhook {'is' if what == 'paused' else 'was'} {what}.") == (
        hooked.deliveries()[0].state,
        hooked.deliveries()[0].reason,
    )


def test_who_asks_for_it_again_begins_another_round_under_the_same_id(hooked: Hooked) -> None:
    with receiving() as receiver:
        hooked.secret("cellar", receiver.url)
        delivery = announced(hooked)
        hooked.play(delivery.task)
        again = hooked.deliver.again(delivery.target, delivery.id, hooked.hub)
        twice = hooked.deliver.again(delivery.target, delivery.id, hooked.hub)
        assert (2, 2) == (again.round, twice.round)
        hooked.play(again.task)

    assert (2, 1) == (len(receiver.posts), len(ids(receiver)))
    assert [1, 2] == [one.round for one in hooked.deliveries()[0].attempts]
    assert again.task.instance in hooked.hub.starts


def test_after_a_rotation_both_secrets_verify_for_a_day(hooked: Hooked) -> None:
    with receiving() as receiver:
        old = hooked.secret("cellar", receiver.url)
        put = hooked.services.callbacks.put_webhook
        endpoint = hooked.services.registry.endpoints.get("wine").resource
        _, new = put.rotate(endpoint, "cellar", "")
        hooked.play(announced(hooked).task)
        hooked.late += hooked.late.resolution * 86_401_000_000
        hooked.play(announced(hooked, "job-2").task)

    both, one = receiver.posts
    for secret in (old, new):
        assert json.loads(both.body) == Webhook(secret).verify(both.body, dict(both.headers))
    assert (False, True) == (one.is_signed_by(old), one.is_signed_by(new))
    assert hooked.show("cellar")["previousSecretUntil"]


def test_an_instance_that_is_not_its_own_does_nothing(hooked: Hooked) -> None:
    with receiving() as receiver:
        hooked.secret("cellar", receiver.url)
        given: Any = announced(hooked).task.to_wire()
        assert {"problem": REFUSED} == play(DELIVER, Rehearsal({}), given, "another")
    assert [] == receiver.posts
