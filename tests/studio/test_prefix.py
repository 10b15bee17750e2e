"""The Studio below a path of somebody else's address, behind a real reverse proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from local.port import choose
from tests.studio.conftest import link_to
from tests.studio.proxying import Proxy, proxying
from tests.studio.screen import Screen
from tests.support.stack import WORKSPACE, Stack, served

PREFIX = "/teams/batch"


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[tuple[Stack, Proxy]]:
    with (
        proxying(choose(0), PREFIX) as proxy,
        served(tmp_path / "state", public_url=proxy.url) as stack,
    ):
        proxy.target = stack.url
        stack.put("/batchEndpoints/behind", {"properties": {}})
        yield stack, proxy


def test_the_studio_works_under_a_path_of_a_proxy(
    behind: tuple[Stack, Proxy], context: BrowserContext
) -> None:
    stack, proxy = behind
    screen = Screen(context.new_page(), stack)
    link = link_to(stack.state, "jobs")
    for made in (link, link_to(stack.state, url=stack.url)):
        assert made.startswith(f"{proxy.url}/studio/sign-in")
    screen.page.goto(link)
    expect(screen.heading("Jobs")).to_be_visible()
    [cookie] = context.cookies()
    assert PREFIX == cookie.get("path")

    screen.page.get_by_role("link", name="Endpoints").click()
    screen.page.get_by_role("link", name="behind").click()
    expect(screen.page.get_by_text(f"{proxy.url}/endpoints/behind/jobs")).to_be_visible()
    screen.page.reload()
    expect(screen.heading("behind")).to_be_visible()
    own = f"{PREFIX}{WORKSPACE}/batchEndpoints/behind"
    assert 200 == screen.page.evaluate(DELETE, own), "a write of a page at the proxy's origin"
    screen.page.get_by_role("link", name="API").click()
    expect(screen.page.locator(".opblock").first).to_be_visible()
    assert [] == screen.faults
    assert [] == [path for path in proxy.outside if path != "/favicon.ico"]


DELETE = """async (path) => {
  const key = localStorage.getItem("studio.key");
  const answer = await fetch(path, { method: "DELETE", headers: { "X-Studio": key } });
  return answer.status;
}"""
