"""A real job from inside: failures, a second try, a timeout and a slow file, over HTTP."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.service.conftest import put_script
from tests.support.stack import Answer, Stack
from tests.support.waiting import wait_until

NAME = "inside"
SCRIPT = """\
import time

seen = set()


def init():
    time.sleep(0.2)


def score(path):
    text = open(path).read()
    if text == "bad":
        raise ValueError(f"no number in '{path}'")
    if text == "once" and path.rpartition("/")[2] not in seen:
        seen.add(path.rpartition("/")[2])
        raise OSError("it comes back")
    time.sleep({"hang": 60, "slow": 0.8}.get(text, 0))
    return text


def run(mini_batch):
    return [score(path) for path in mini_batch]
"""
TEXTS = ["1", "bad", "once", "slow", "bad", "hang", "1", "1"]
FILES = {f"f{i}.txt": text.encode() for i, text in enumerate(TEXTS)}
TWICE = {"maxRetries": 2, "timeout": "PT2S"}


class Inside:
    """The job's own addresses, for a reader."""

    def __init__(self, stack: Stack, started: Any) -> None:
        self._stack = stack
        self._path = f"/endpoints/{NAME}/jobs/{started['name']}"

    def look(self, path: str, etag: str = "") -> Answer:
        headers = {"If-None-Match": etag} if etag else {}
        url = path.removeprefix(self._stack.url)
        url = url if url.startswith("/") else f"{self._path}/{path}"
        return self._stack.send("GET", url, headers=headers, token=self._stack.token("reader"))

    def read(self, path: str) -> Any:
        answer = self.look(path)
        assert 200 == answer.status, answer.body
        return answer.body


@pytest.fixture(scope="module")
def inside(stack: Stack) -> Inside:
    """An ended job, of which was seen that it runs."""
    put_script(stack, NAME, SCRIPT, miniBatchSize=1, retrySettings=TWICE)
    started = stack.invoke(NAME, stack.upload("inside", FILES))
    job = Inside(stack, started)
    wait_until(lambda: job.read("shards")["running"], limit_s=60)
    refused = job.look("outputs/predictions/preview")
    assert (409, True) == (refused.status, "when it ends" in refused.body["error"]["message"])
    assert "Completed" == stack.ended(started)["status"]
    return job


def test_each_mini_batch_tells_what_became_of_it(inside: Inside) -> None:
    index = inside.read("shards")
    [shard] = inside.read(f"minibatches?shard=0&etag={index['closed'][0]}")["shards"]

    assert (1, 8, None) == (index["shards"], index["mini_batches"], index["open"])
    assert "sfssffss" == shard["states"]
    assert [1, 2, 2, 1, 2, 2, 1, 1] == shard["tries"]
    assert ["timeout"] * 2 == [
        kind
        for kind, number in zip(
            shard["failed_tries"]["kind"], shard["failed_tries"]["mini_batch"], strict=True
        )
        if number == 5
    ]
    assert shard["run_ms"][3] >= 800
    assert min(shard["loads"]["ms"]) >= 200
    starts = shard["start_ms"]
    assert sorted(starts) == starts


def test_what_has_not_changed_is_not_sent_again(inside: Inside) -> None:
    first = inside.look("minibatches?shard=0&columns=states,tries")
    again = inside.look("minibatches?shard=0&columns=states,tries", first.headers["etag"])

    assert (200, 304, None) == (first.status, again.status, again.body)
    assert first.headers["etag"] == again.headers["etag"]


def test_an_error_leads_from_its_cause_to_the_file_and_the_line_of_the_log(inside: Inside) -> None:
    groups = inside.read("errors/groups")["groups"]
    bad = next(group for group in groups if group["error_type"] == "ValueError")
    files = inside.read(f"errors/groups/{bad['id']}")["value"]

    assert {("ValueError", 2), ("Timeout", 1)} == {(g["error_type"], g["files"]) for g in groups}
    assert "no number in <value>" == bad["message"]
    assert bad["where"].endswith(" in score")
    assert ["f1.txt", "f4.txt"] == [file["file"] for file in files]
    [match] = inside.read(files[1]["log"]["url"])["matches"]
    assert match["line"].startswith("Mini-batch 4, run() of f4.txt")
    log = f"log?name={quote(files[1]['log']['name'])}&from={match['offset']}"
    assert "ValueError: no number in" in inside.read(log)["text"]


def test_the_timeline_and_the_advice_come_from_what_was_measured(inside: Inside) -> None:
    timeline = inside.read("timeline")
    told = inside.read("insights")

    spans = timeline["spans"]
    assert 8 == sum(spans["count"])
    assert {"i", "r"} <= set(spans["kind"])
    assert (8, 3) == (sum(told["pace"]["files"]), sum(told["pace"]["failed"]))
    assert 2 == told["time"]["failed_tries"]["by_kind"]["timeout"]
    advice = {one["setting"]: one for one in told["suggestions"]}
    assert 2 == advice["retry_settings.timeout"]["current"]
    assert "were ended by the timeout" in advice["retry_settings.timeout"]["why"]


def test_the_first_rows_are_shown(inside: Inside) -> None:
    table = inside.read("outputs/predictions/preview?rows=3")

    assert ("text", [["1"], ["once"], ["slow"]], False) == (
        table["format"],
        table["rows"],
        table["is_all"],
    )


def test_one_mini_batch_has_its_tries_with_their_errors(inside: Inside) -> None:
    one = inside.read("minibatches/2")

    assert ("succeeded", 2) == (one["state"], one["report"]["tries"])
    [lost] = one["failed_tries"]
    assert ("OSError", "exception") == (lost["error_type"], lost["kind"])
    assert 404 == inside.look("minibatches/8").status
    assert 400 == inside.look("minibatches/x").status
