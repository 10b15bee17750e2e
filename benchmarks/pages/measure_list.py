"""The first view, and the list of very many jobs."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import requests
from playwright.sync_api import Browser, Page

from benchmarks.pages import many_jobs
from benchmarks.pages.browser import SIZE, Session, Tab, link_to
from benchmarks.pages.figures import frame_rows, traffic_rows
from benchmarks.row import Row
from examples.demo.service import Service

ROUNDS = 7
PAGES, PAGE_SIZE = 20, 50
IDLE_S, SCROLL_S = 30, 10
WHEEL = 400
BUDGET_BYTES, BUDGET_FIRST_VIEW_MS = 150_000, 1_000
ROW = "[data-row]"


def list_rows(browser: Browser, service: Service, state: Path, count: int) -> Iterator[Row]:
    session = Session(browser, state)
    yield from _first_views(browser, session, f"{service.url}/studio/jobs", state, count)
    yield from _answers(service, count)
    with session.context() as context:
        tab = Tab(context.new_page())
        tab.open(f"{service.url}/studio/jobs", ROW)
        yield from traffic_rows("the list, open, nothing happens", tab.watch(IDLE_S), is_idle=True)
        if (pages := min(PAGES, count // PAGE_SIZE - 1)) > 0:
            yield from _older(tab, pages)


def _first_views(
    browser: Browser, session: Session, url: str, state: Path, count: int
) -> Iterator[Row]:
    """By a sign-in link; signed in with an empty cache; once more with a full one."""
    linked, cold, warm, sizes = list[float](), list[float](), list[float](), list[int]()
    for _ in range(ROUNDS):
        with browser.new_context(viewport=SIZE) as nobody:
            linked.append(Tab(nobody.new_page()).open(link_to(state, "jobs"), ROW))
        with session.context() as somebody:
            tab = Tab(somebody.new_page())
            cold.append(tab.open(url, ROW))
            sizes.append(tab.traffic.received)
            warm.append(tab.open(url, ROW))
    yield Row(
        f"first view, {count:,} jobs: on the wire", sizes[-1] / 1000, "kB", BUDGET_BYTES / 1000
    )
    for what, times in (("signed in, empty cache", cold), ("by a sign-in link", linked)):
        yield Row(
            f"  painted, {what}, median of {ROUNDS}", median(times), "ms", BUDGET_FIRST_VIEW_MS
        )
        yield Row("    the best of them", min(times), "ms")
    yield Row("  painted, files in the browser's cache", median(warm), "ms", BUDGET_FIRST_VIEW_MS)


def _answers(service: Service, count: int) -> Iterator[Row]:
    """As the page asks: as it is, by a word of the oldest one's name, and again unchanged."""
    headers = {"Authorization": f"Bearer {service.token}", "X-Studio": "bench"}
    asked = dict[str, str](headers)

    def ask(query: dict[str, str]) -> requests.Response:
        url = f"{service.url}/studio/api/jobs"
        return requests.get(url, params=query, headers=asked, timeout=120)

    newest = ask({})
    yield Row("answer: the newest 50", _timed(lambda: ask({})), "ms")
    yield Row("  its size", len(newest.content) / 1000, "kB")
    oldest = {"name": many_jobs.name_of(0)}
    yield Row(f"answer: one of {count:,} by its name", _timed(lambda: ask(oldest), 3), "ms")
    asked["If-None-Match"] = newest.headers["ETag"]
    yield Row("answer: nothing has changed", _timed(lambda: ask({})), "ms")
    yield Row("  its size", len(ask({}).content) / 1000, "kB")


def _timed(ask: Callable[[], object], rounds: int = ROUNDS) -> float:
    took = list[float]()
    for _ in range(rounds):
        began = time.monotonic()
        ask()
        took.append((time.monotonic() - began) * 1000)
    return median(took)


def _older(tab: Tab, pages: int) -> Iterator[Row]:
    """Pages of older jobs, one below the other; then the wheel."""
    took, received = list[float](), tab.traffic.received
    for at in range(1, pages + 1):
        began = time.monotonic()
        tab.page.get_by_role("button", name="Show older jobs").click()
        tab.page.locator(ROW).nth(at * PAGE_SIZE).wait_for(state="attached")
        took.append((time.monotonic() - began) * 1000)
    size = (tab.traffic.received - received) / 1000 / pages
    yield Row(f"older jobs, a page of {PAGE_SIZE}: shown after, median", median(took), "ms")
    yield Row("  on the wire, each", size, "kB")
    watched = tab.watch(SCROLL_S, _wheel)
    yield from frame_rows(f"scrolling {(pages + 1) * PAGE_SIZE:,} rows", watched.frames)


def _wheel(page: Page, at: int) -> None:
    page.mouse.move(SIZE["width"] / 2, SIZE["height"] / 2)
    page.mouse.wheel(0, WHEEL if at // 50 % 2 == 0 else -WHEEL)
