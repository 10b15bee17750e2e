"""A page that is open asks for little: its files at once, and seldom while nothing happens."""

import pytest
from playwright.sync_api import Page, Request

from tests.studio.conftest import Open
from tests.studio.screen import Screen
from tests.support.stack import Stack

NAME = "a-short-job"
PAGES = ("/endpoints", "/endpoints/wine-scorer", "/jobs", f"/jobs/{NAME}")
PARTS = ("mini-batches", "timeline", "errors", "logs", "outputs")
# Modules that were loaded without being named in the document.
FOUND_LATE = """() => {
  const links = [...document.querySelectorAll('link[rel=modulepreload]')];
  const named = new Set(links.map((one) => one.href));
  return performance.getEntriesByType('resource').map((one) => one.name)
    .filter((one) => one.endsWith('.js') && !one.endsWith('/theme.js') && !named.has(one));
}"""
STEP_MS, STEPS = 1_000, 60
MOST_A_MINUTE = 60 / 5


@pytest.fixture(scope="module")
def ended(stack: Stack, endpoint: str) -> str:
    uri = "azureml://datastores/workspaceblobstore/paths/wines/red"
    stack.ended(stack.invoke(endpoint, uri, name=NAME))
    return endpoint


class Asked:
    """The requests of a page, and how many of them are still to be answered."""

    def __init__(self, page: Page) -> None:
        self.urls = list[str]()
        self.open = set[Request]()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)
        self._page = page

    def _begin(self, request: Request) -> None:
        self.urls.append(request.url)
        self.open.add(request)

    def _end(self, request: Request) -> None:
        self.open.discard(request)

    def settle(self) -> None:
        """Wait until nothing is on its way, and what was drawn by that has asked its own."""
        self._page.wait_for_timeout(20)
        while self.open:
            self._page.wait_for_timeout(20)


def shown(screen: Screen, path: str) -> Page:
    screen.go(path)
    screen.page.locator("main h1").wait_for()
    screen.page.wait_for_load_state("networkidle")
    screen.page.locator(".skeleton").first.wait_for(state="detached")
    return screen.page


@pytest.mark.parametrize("path", [*PAGES, *(f"/jobs/{NAME}/{part}" for part in PARTS)])
def test_the_document_names_every_module_of_its_page(sign_in: Open, ended: str, path: str) -> None:
    page = shown(sign_in(), path)

    assert [] == page.evaluate(FOUND_LATE)


@pytest.mark.parametrize("path", [*PAGES, f"/jobs/{NAME}/mini-batches", f"/jobs/{NAME}/logs"])
def test_a_page_on_which_nothing_happens_asks_once_in_five_seconds(
    screen: Screen, sign_in: Open, ended: str, path: str
) -> None:
    """A minute goes by at once: the page's clock is the test's, and stands unless it is told."""
    screen.page.clock.install()
    page = shown(sign_in(), path)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)
    asked = Asked(page)
    for _ in range(STEPS):
        page.clock.run_for(STEP_MS)
        asked.settle()

    assert MOST_A_MINUTE >= len(asked.urls), asked.urls


def test_what_is_asked_for_ahead_is_not_asked_for_again(sign_in: Open, ended: str) -> None:
    page = sign_in("jobs").page
    page.locator("[data-row]").first.wait_for()
    asked = Asked(page)
    page.reload()
    page.locator("[data-row]").first.wait_for()

    assert 1 == sum(url.endswith("/studio/api/me") for url in asked.urls)
