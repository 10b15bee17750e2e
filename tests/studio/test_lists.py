"""Lists: the newest jobs beside each endpoint, rows, and states that the page does not know."""

import json
import re

from playwright.sync_api import Request, Route, expect

from tests.studio.conftest import Open
from tests.support.stack import Stack

INPUT = "azureml://datastores/workspaceblobstore/paths/wines/red"
UNKNOWN = "PausedByOperator"


def test_an_endpoint_shows_how_its_newest_jobs_went(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    stack.ended(stack.invoke(endpoint, INPUT, name="marked-good"))
    screen = sign_in()
    asked = set[str]()
    screen.page.on("request", lambda request: _note(asked, request))
    screen.go("/endpoints")
    marks = screen.page.get_by_role("list", name=f"Newest jobs of {endpoint}")
    newest = marks.get_by_role("link").last
    expect(newest).to_have_attribute("aria-label", "marked-good: Completed")
    assert 1 == sum("/api/jobs" in url for url in asked), "one address for all endpoints"

    failed = stack.invoke(endpoint, INPUT, name="marked-new")
    expect(newest).to_have_attribute("aria-label", re.compile("^marked-new: "))
    stack.ended(failed)
    expect(newest).to_have_attribute("aria-label", "marked-new: Completed")
    newest.click()
    screen.page.wait_for_url("**/studio/jobs/marked-new")


def _note(asked: set[str], request: Request) -> None:
    asked.add(request.url)


def test_a_row_opens_wherever_it_is_clicked(sign_in: Open, endpoint: str, stack: Stack) -> None:
    stack.ended(stack.invoke(endpoint, INPUT, name="clicked-beside"))
    page = sign_in("jobs?name=clicked-beside").page
    page.get_by_role("cell", name="Completed").click()

    page.wait_for_url("**/studio/jobs/clicked-beside")
    expect(page.get_by_role("heading", name="clicked-beside")).to_be_focused()


def test_a_state_that_the_page_does_not_know_keeps_its_own_words(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    """A service that is newer than the page, or a state that came later than its colours."""
    stack.ended(stack.invoke(endpoint, INPUT, name="of-a-new-state"))
    screen = sign_in("jobs")
    page = screen.page
    page.route(re.compile(r"/studio/api/jobs\?|/jobs/of-a-new-state$"), _unknown)
    screen.go("/jobs?name=of-a-new-state")
    pill = page.get_by_role("row").filter(has_text="of-a-new-state").locator(".pill")
    expect(pill).to_have_text("Paused by operator")
    expect(pill).to_have_class("pill off")
    screen.go("/endpoints")
    mark = page.get_by_role("link", name="of-a-new-state: Paused by operator")
    expect(mark).to_have_class("run off")
    for part in ("", "/mini-batches", "/timeline", "/errors", "/logs", "/outputs"):
        screen.go(f"/jobs/of-a-new-state{part}")
        expect(page.locator("h1 + .pill")).to_have_text("Paused by operator")
        expect(page.locator(".skeleton")).to_have_count(0)
        expect(page.get_by_text("cannot be drawn")).to_have_count(0)


def _unknown(route: Route) -> None:
    """The answer with that state, of a job that goes on."""
    answer = route.fetch()
    if answer.status == 200:
        text = answer.text().replace('"Completed"', json.dumps(UNKNOWN))
        route.fulfill(response=answer, body=text)
    else:
        route.fulfill(response=answer)


def test_under_way_is_every_state_without_an_end(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    stack.ended(stack.invoke(endpoint, INPUT, name="way-ended"))
    page = sign_in("jobs?name=way").page
    expect(page.get_by_role("row").filter(has_text="way-ended")).to_be_visible()
    page.get_by_role("combobox", name="State").select_option("Under way")

    expect(page).to_have_url(re.compile("status=UnderWay"))
    expect(page.get_by_text("No job fits the filter")).to_be_visible()
