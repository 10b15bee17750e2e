"""The grid of very large jobs: drawn at once, and only what changed is asked for again."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.studio.conftest import Open
from tests.support.stack import Stack

SHARD = 200
FRAMES = """() => new Promise((done) => {
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length < 60) requestAnimationFrame(step);
    else done(times.slice(1).map((one, at) => one - times[at]).sort((a, b) => a - b));
  };
  requestAnimationFrame(step);
})"""
# The colour in the first two cells, read at once.
PIXELS = """() => {
  const canvas = document.querySelector('.grid canvas');
  const scale = canvas.width / canvas.clientWidth;
  const { data } = canvas.getContext('2d').getImageData(0, 1, 12 * scale, 1);
  return [1, 6].map((at) => [...data].slice(4 * Math.round(at * scale)).slice(0, 3));
}"""

LAST: dict[str, Any] = {
    "number": 9999,
    "state": "waiting",
    "file_count": 1,
    "files": [{"name": "wine.csv", "size": 4}],
    "report": None,
    "start_ms": None,
    "failed_tries": [],
    "errors": [],
    "scorer": "",
    "logs": {},
}


class LargeJob:
    """Answers for a job of so many mini-batches, whose open shard goes on when it is told to."""

    def __init__(self, minibatches: int) -> None:
        self.count = minibatches
        self.shards = minibatches // SHARD
        self.closed = self.shards - 2
        self.asked: list[str] = []

    def on(self, page: Page, name: str) -> None:
        page.route(re.compile(rf"/jobs/{name}$"), self._document)
        page.route(re.compile(r"/shards\?from="), self._index)
        page.route(re.compile(r"/minibatches\?shard="), self._minibatches)

    def _document(self, route: Route) -> None:
        if "/endpoints/" not in route.request.url:
            route.fallback()
            return
        answer = route.fetch()
        if answer.status != 200:
            route.fulfill(response=answer)
            return
        body = answer.json()
        body["properties"]["status"] = "Running"
        # It was unpacked to be changed.
        headers = {n: v for n, v in answer.headers.items() if n != "content-encoding"}
        route.fulfill(response=answer, headers=headers, body=json.dumps(body))

    def _index(self, route: Route) -> None:
        first = int(parse_qs(urlsplit(route.request.url).query)["from"][0])
        is_open = self.closed < self.shards
        body = {
            "status": "Running",
            "files": self.count,
            "mini_batches": self.count,
            "mini_batch_size": 1,
            "shard_size": SHARD,
            "shards": self.shards,
            "from": first,
            "closed": [f"c{at}" for at in range(first, self.closed)],
            "open": {"shard": self.closed, "etag": f"o{self.closed}"} if is_open else None,
            "running": [],
        }
        route.fulfill(json=body)

    def _minibatches(self, route: Route) -> None:
        text = parse_qs(urlsplit(route.request.url).query)["shard"][0]
        self.asked.append(text)
        route.fulfill(json={"shards": [self._sheet(at) for at in numbers(text)]})

    def _sheet(self, at: int) -> Any:
        is_closed = at < self.closed
        states = "f" + "s" * 150 + ("s" * 49 if is_closed else "r" * 49)
        return {
            "shard": at,
            "etag": f"c{at}" if is_closed else f"o{at}",
            "is_closed": is_closed,
            "first": at * SHARD,
            "states": states,
            "tries": [1] * SHARD,
            "failed": [0] * SHARD,
            "ms": [12.5] * SHARD,
        }


def numbers(text: str) -> list[int]:
    """`0-2,7` in full."""
    found = list[int]()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


@pytest.fixture
def large(sign_in: Open, endpoint: str, stack: Stack) -> Callable[[int], tuple[Page, LargeJob]]:
    name = "a-large-job"
    uri = "azureml://datastores/workspaceblobstore/paths/wines/red"
    if stack.send("GET", f"/endpoints/{endpoint}/jobs/{name}").status == 404:
        stack.ended(stack.invoke(endpoint, uri, name=name))

    def opened(minibatches: int) -> tuple[Page, LargeJob]:
        screen, job = sign_in(), LargeJob(minibatches)
        job.on(screen.page, name)
        screen.go(f"/jobs/{name}/mini-batches")
        expect(screen.page.get_by_role("heading", name=f"{minibatches:,}")).to_be_visible()
        return screen.page, job

    return opened


@pytest.mark.parametrize("minibatches", [10_000, 100_000])
def test_a_grid_of_very_many_stays_smooth_while_it_changes(
    large: Callable[[int], tuple[Page, LargeJob]], minibatches: int
) -> None:
    page, job = large(minibatches)
    legend = page.get_by_role("group", name="States")
    expect(legend).to_contain_text(f"Failed {job.closed + 1}")
    assert job.closed + 1 == sum(len(numbers(one)) for one in job.asked)
    failed, succeeded = page.evaluate(PIXELS)
    assert failed != succeeded

    job.asked.clear()
    job.closed += 1
    frames = page.evaluate(FRAMES)
    expect(legend).to_contain_text("Waiting 0")

    assert [f"{job.closed - 1}-{job.closed}"] == job.asked[:1], "what has not changed was not asked"
    assert frames[len(frames) // 2] < 60, "half of the frames"
    assert frames[-1] < 1_500, "the longest one"


def test_the_last_cell_of_many_is_a_key_away(
    large: Callable[[int], tuple[Page, LargeJob]],
) -> None:
    page, job = large(10_000)
    page.route(re.compile(r"/minibatches/9999$"), lambda route: route.fulfill(json=LAST))
    expect(page.get_by_role("group", name="States")).to_contain_text(f"Failed {job.closed + 1}")
    grid = page.get_by_role("slider", name="Mini-batch")
    grid.focus()
    page.keyboard.press("End")

    expect(grid).to_have_attribute("aria-valuenow", "9999")
    expect(grid).to_have_attribute("aria-valuetext", "Mini-batch 9999: waiting")
