"""Addresses at which there is nothing: the Studio says so, and leads back."""

import pytest
from playwright.sync_api import Page, expect

from tests.studio.accessibility import violations
from tests.studio.conftest import Open
from tests.studio.screen import Screen

NO_PAGES = ("nonsense", "jobs/a/logs/b", "endpoints/a/b")


@pytest.mark.parametrize("path", NO_PAGES)
def test_an_address_that_is_no_page_says_so_and_leads_back(sign_in: Open, path: str) -> None:
    screen = sign_in()
    screen.expected.append("status of 404")
    answer = screen.page.goto(f"{screen.stack.url}/studio/{path}")

    assert answer
    assert 404 == answer.status
    expect(screen.heading("There is no such page")).to_be_visible()
    expect(screen.page.locator("main code")).to_have_text(f"/{path}")
    assert [] == violations(screen.page)
    _go_back(screen.page, "the jobs", "Jobs")


def test_who_has_not_signed_in_learns_it_as_well(screen: Screen) -> None:
    screen.expected.append("status of 404")
    screen.go("/nonsense")

    expect(screen.heading("There is no such page")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "words", "way", "heading"),
    [
        ("endpoints/nobodys", "There is no such endpoint", "All endpoints", "Endpoints"),
        ("jobs/nobodys", "There is no such job", "All jobs", "Jobs"),
        ("jobs/nobodys/timeline", "There is no such job", "All jobs", "Jobs"),
    ],
)
def test_what_does_not_exist_is_told_by_its_name(
    sign_in: Open, path: str, words: str, way: str, heading: str
) -> None:
    screen = sign_in()
    screen.expected.append("status of 404")
    screen.go(f"/{path}")

    expect(screen.page.get_by_role("heading", name=words)).to_be_visible()
    expect(screen.page.locator(".empty")).to_contain_text("'nobodys'")
    assert [] == violations(screen.page)
    _go_back(screen.page, way, heading)


def _go_back(page: Page, way: str, heading: str) -> None:
    page.get_by_role("main").get_by_role("link", name=way).click()
    expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_focused()
