"""The whole article in one sitting: sign in, invoke, watch, understand, take the results, go on.

Once by mouse and once by keys alone. Each starts where a person does: with the link that the
service printed, on the list of endpoints.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.conftest import Open
from tests.studio.inside import ENDPOINT, Inside
from tests.studio.keyboard import choose
from tests.support.stack import Stack

GOOD, BAD = 16, "wine-11.csv"
RESULT = "predictions.csv"


@pytest.mark.parametrize("press", [Locator.click, choose], ids=["by mouse", "by keys alone"])
def test_the_whole_article(
    sign_in: Open, inside: Inside, stack: Stack, press: Callable[[Locator], None]
) -> None:
    page = sign_in().page
    press(page.get_by_role("link", name=ENDPOINT, exact=True))
    expect(page.get_by_role("heading", name=ENDPOINT, exact=True)).to_be_focused()
    press(page.get_by_role("button", name="Invoke"))
    press(page.get_by_role("button", name="job-page", exact=True))
    press(page.get_by_role("button", name="story", exact=True))
    expect(page.get_by_label("Input", exact=True)).to_have_value(inside.story)
    press(page.get_by_role("button", name="Start the job"))
    started = watched_to_its_end(page)
    _understand(page, press)
    _take_results(page, press)

    press(page.get_by_role("button", name="Run again"))
    again = another_job(page, started)
    press(page.get_by_role("button", name="Cancel"))
    press(page.get_by_role("button", name="Cancel the job"))
    expect(page.get_by_text("The job was canceled")).to_be_visible()
    press(page.get_by_role("button", name="Retry"))
    last = another_job(page, again)
    watched_to_its_end(page)
    assert statuses(stack, started, again, last) == ["Completed", "Canceled", "Completed"]


def _understand(page: Page, press: Callable[[Locator], None]) -> None:
    """From the errors by cause to the failing file's line of the log."""
    press(page.get_by_role("link", name="See the errors"))
    press(cause(page).get_by_role("button", name="Files"))
    press(cause(page).get_by_role("link", name="its line"))
    expect(page.locator(".log-text mark")).to_contain_text(f"run() of {BAD}")
    expect(page.locator(".log-text")).to_contain_text(f"no number in '{BAD}'")


def _take_results(page: Page, press: Callable[[Locator], None]) -> None:
    """The predictions looked at, downloaded, and compared with the receipt."""
    parts = page.get_by_role("navigation", name="Parts of the job")
    press(parts.get_by_role("link", name="Outputs"))
    rows = page.get_by_role("region", name=f"First rows of {RESULT}")
    expect(rows).to_contain_text("slow-00.csv")
    with page.expect_download() as download:
        press(page.get_by_role("link", name=f"Download {RESULT}").first)
    assert GOOD == len(download.value.path().read_text(encoding="utf-8").splitlines())
    press(page.get_by_role("button", name="Check it now"))
    expect(page.locator(".check")).to_contain_text("as the receipt says")
    expect(page.locator(".check .bad-text")).to_have_count(0)


def watched_to_its_end(page: Page) -> str:
    """The job's name, once its page has shown it running and then completed, by itself."""
    page.wait_for_url("**/studio/jobs/*")
    bar = page.get_by_role("progressbar", name="Files done")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^([1-9]|1[0-6])$"))
    state = page.locator("h1 + .pill")
    expect(state).to_have_text("Completed", timeout=60_000)
    expect(bar).to_have_attribute("aria-valuenow", str(GOOD + 1))
    return name_of(page)


def cause(page: Page) -> Locator:
    heading = page.get_by_role("heading", name="ValueError: no number in")
    return page.get_by_role("listitem").filter(has=heading)


def another_job(page: Page, before: str) -> str:
    page.wait_for_url(lambda url: "/studio/jobs/" in url and before not in url)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    return name_of(page)


def name_of(page: Page) -> str:
    return re.sub(r"^.*/jobs/([^/?]+).*$", r"\1", page.url)


def statuses(stack: Stack, *jobs: str) -> list[str]:
    of_endpoint = {"endpointName": ENDPOINT}
    return [stack.ended({"name": job, "properties": of_endpoint})["status"] for job in jobs]
