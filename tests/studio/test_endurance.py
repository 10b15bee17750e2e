"""A page that stays open: its session ends, the service is started anew, and it goes on."""

from playwright.sync_api import BrowserContext, Route, expect

from tests.studio.conftest import Open, link_to
from tests.studio.screen import Screen
from tests.support.stack import WORKSPACE, Stack

EXPIRY_LIMIT_MS = 40_000
RESTART_LIMIT_MS = 90_000


def test_a_session_that_ends_costs_the_page_nothing(
    screen: Screen, context: BrowserContext, stack: Stack
) -> None:
    page = screen.page
    screen.go("/jobs?name=nothing-like-it")
    page.get_by_label("bearer token").fill(stack.token(expires_in_s=4))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("No job fits the filter")).to_be_visible()

    banner = page.get_by_text("Your session has ended")
    expect(banner).to_be_visible(timeout=EXPIRY_LIMIT_MS)
    expect(page.get_by_text("No job fits the filter")).to_be_visible()
    expect(page.get_by_placeholder("Filter by name")).to_have_value("nothing-like-it")
    other = context.new_page()
    other.goto(link_to(stack.state))
    expect(other.get_by_role("navigation", name="Main")).to_be_visible()

    expect(banner).to_have_count(0)
    expect(page.get_by_text("No job fits the filter")).to_be_visible()


def test_the_service_is_started_anew_under_an_open_page(sign_in: Open, stack: Stack) -> None:
    screen = sign_in("endpoints")
    screen.expected.append("Failed to load resource")
    pid = stack.kill("host")
    stack.back_after("host", pid)
    stack.put("/batchEndpoints/after-restart", {"properties": {}})

    row = screen.page.get_by_role("link", name="after-restart")
    expect(row).to_be_visible(timeout=RESTART_LIMIT_MS)
    expect(screen.page.get_by_text("may be out of date")).to_have_count(0)
    stack.send("DELETE", f"{WORKSPACE}/batchEndpoints/after-restart")


def test_a_page_of_an_older_studio_says_so(sign_in: Open) -> None:
    """The service says which files it has by now; a page of others offers to be loaded again."""
    page = sign_in("jobs").page
    told = page.get_by_text("The Studio was updated")
    expect(told).to_have_count(0)
    page.route("**/studio/api/me", _newer)
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: 'studio.entered' }))")
    expect(told).to_be_visible()

    page.unroute("**/studio/api/me")
    page.get_by_role("button", name="Load it again").click()
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
    expect(told).to_have_count(0)


def _newer(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "studio": "0123456789abcdef"})
