"""Signing in to the Studio in a real browser: by a link that is good once, or by a token."""

from playwright.sync_api import expect

from tests.studio.conftest import Open, link_to
from tests.studio.screen import Screen
from tests.support.stack import Stack


def test_a_link_signs_in_and_shows_the_page_that_it_names(sign_in: Open) -> None:
    page = sign_in("jobs").page

    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("Local contributor")).to_be_visible()
    assert page.url.endswith("/studio/jobs")


def test_a_link_is_good_once_and_says_how_to_make_another(screen: Screen, stack: Stack) -> None:
    link = link_to(stack.state)
    screen.page.goto(link)
    expect(screen.page.get_by_role("heading", name="Endpoints")).to_be_visible()
    screen.page.get_by_role("button", name="Sign out").click()
    expect(screen.page.get_by_role("heading", name="Sign in")).to_be_visible()

    screen.page.goto("about:blank")
    screen.page.goto(link)

    expect(screen.page.get_by_role("alert")).to_contain_text("was used before")
    expect(screen.page.get_by_text("./run bep studio").first).to_be_visible()


def test_a_page_that_was_wanted_is_shown_after_signing_in(screen: Screen, stack: Stack) -> None:
    """The link of a job, as the SDK gives it, in a browser where nobody is signed in."""
    screen.go("/jobs?status=Failed&tid=the-tenant")
    screen.page.get_by_label("bearer token").fill(stack.token("reader"))
    screen.page.get_by_role("button", name="Sign in").click()

    expect(screen.heading("Jobs")).to_be_visible()
    expect(screen.page.get_by_role("combobox", name="State")).to_have_value("Failed")
    expect(screen.page.get_by_text("Local reader")).to_be_visible()


def test_a_link_leads_to_no_other_site(screen: Screen, stack: Stack) -> None:
    link = link_to(stack.state).replace("#", "?to=//evil.example/#")
    screen.page.goto(link)

    expect(screen.heading("Endpoints")).to_be_visible()
    assert screen.page.url == f"{stack.url}/studio/endpoints"
