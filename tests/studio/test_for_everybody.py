"""The Studio for who uses no mouse, sees little, or has a small screen."""

import pytest
from playwright.sync_api import expect

from tests.studio.accessibility import OF_SWAGGER_UI, violations
from tests.studio.conftest import Open
from tests.studio.screen import Screen

PAGES = ["endpoints", "endpoints/wine-scorer", "jobs", "jobs?name=nothing-like-it"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(sign_in: Open, endpoint: str, scheme: str) -> None:
    screen = sign_in()
    screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in (*PAGES, f"endpoints/{endpoint}?invoke=1"):
        screen.go(f"/{path}")
        screen.page.locator("main h1").wait_for()
        screen.page.locator(".skeleton").first.wait_for(state="detached")

        assert [] == violations(screen.page), path
    screen.page.keyboard.press("?")
    screen.page.get_by_role("dialog").wait_for()
    assert [] == violations(screen.page), "the help"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_signing_in(screen: Screen, scheme: str) -> None:
    screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    screen.go("/sign-in")
    expect(screen.heading("Sign in")).to_be_visible()
    screen.page.get_by_text("On this machine").wait_for()

    assert [] == violations(screen.page)


def test_nothing_is_cut_off_on_a_phone(sign_in: Open, endpoint: str) -> None:
    screen = sign_in()
    screen.page.set_viewport_size({"width": 360, "height": 740})
    for path in (*PAGES, f"endpoints/{endpoint}?invoke=1"):
        screen.go(f"/{path}")
        screen.page.locator("main h1").wait_for()
        screen.page.locator(".skeleton").first.wait_for(state="detached")
        width = screen.page.evaluate("document.documentElement.scrollWidth")

        assert 360 >= width, path


def test_the_content_is_one_step_from_the_top(sign_in: Open) -> None:
    page = sign_in("jobs").page
    page.reload()
    page.locator("main h1").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_the_theme_stays_as_it_was_chosen(sign_in: Open) -> None:
    page = sign_in("jobs").page
    page.get_by_role("button", name="Theme: the system's").click()
    page.get_by_role("button", name="Theme: light").click()
    page.reload()

    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert "dark" == page.evaluate("document.documentElement.dataset.theme")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_openapi_document_is_shown_under_the_same_policy(screen: Screen, scheme: str) -> None:
    page = screen.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{screen.stack.url}/docs")

    expect(page.locator(".opblock").first).to_be_visible()
    expect(page.get_by_role("heading", level=3).first).to_contain_text("endpoints")
    expect(page.get_by_role("link", name="API", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    assert 360 >= page.evaluate("document.documentElement.scrollWidth")
    assert [] == violations(page, OF_SWAGGER_UI)
