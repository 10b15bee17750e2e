"""One service and one Chromium for all tests of this folder."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from local.issuer import Issuer
from local.sign_in_links import SignInLinks, sign_in_url
from tests.studio.chromium import browsing
from tests.studio.inside import Inside
from tests.studio.screen import Screen
from tests.support.deploying import deploy_on
from tests.support.doubler import csv_of
from tests.support.stack import ROOT, Stack, served

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
    code = SignInLinks(stack.state, Issuer(stack.state)).create(role)
    screen.page.goto(sign_in_url(stack.url, code, page))
    screen.page.get_by_role("navigation", name="Main").wait_for()
    return screen


def link_to(state: Path, page: str = "", role: str = "contributor", url: str = "") -> str:
    """As the command prints it."""
    command = [sys.executable, "-m", "local.studio_link", "--state", str(state)]
    command += ["--role", role, *(["--page", page] if page else [])]
    command += ["--url", url] if url else []
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    return made.stdout.strip()


__all__ = ["Open", "link_to", "signed_in"]
