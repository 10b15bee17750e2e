"""One service and one Chromium for all tests of this folder."""

from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from local import studio_link
from tests.studio.chromium import browsing
from tests.studio.inside import Inside
from tests.studio.screen import Screen
from tests.support.deploying import deploy_on
from tests.support.doubler import csv_of
from tests.support.stack import Stack, served

expect.set_options(timeout=60_000)  # a page looks every few seconds; the machine may be busy

type Open = Callable[..., Screen]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with served(tmp_path_factory.mktemp("studio") / "state") as running:
        yield running


@pytest.fixture(scope="session")
def endpoint(stack: Stack) -> str:
    """One whose deployment is made, and some files to score with it."""
    stack.upload("wines/red", {f"f{i}.csv": csv_of((i, 1)) for i in range(4)})
    return deploy_on(stack, "wine-scorer")


@pytest.fixture(scope="session")
def inside(stack: Stack) -> Inside:
    """An endpoint with a job that has some of everything."""
    return Inside(stack)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Ended with its module: until then Playwright's event loop runs, and no other one may."""
    with browsing() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody's browser: nothing in it yet."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 800})
    fresh.set_default_timeout(60_000)
    yield fresh
    fresh.close()


@pytest.fixture
def screen(context: BrowserContext, stack: Stack) -> Iterator[Screen]:
    """A tab, in which nothing may go wrong unseen."""
    watched = Screen(context.new_page(), stack)
    yield watched
    assert [] == watched.faults


@pytest.fixture
def sign_in(screen: Screen, stack: Stack) -> Open:
    """Signs in by a one-use link, and shows a page of the Studio."""
    return partial(signed_in, screen, stack)


def signed_in(screen: Screen, stack: Stack, page: str = "", role: str = "contributor") -> Screen:
    screen.page.goto(link_to(stack.state, page, role))
    screen.page.get_by_role("navigation", name="Main").wait_for()
    return screen


def link_to(state: Path, page: str = "", role: str = "contributor", url: str = "") -> str:
    """What `python -m local.studio_link` prints, without a process of its own."""
    arguments = ["--state", str(state), "--role", role, *(["--page", page] if page else [])]
    arguments += ["--url", url] if url else []
    printed = StringIO()
    with redirect_stdout(printed):
        assert 0 == studio_link.main(arguments)
    return printed.getvalue().strip()


__all__ = ["Open", "link_to", "signed_in"]
