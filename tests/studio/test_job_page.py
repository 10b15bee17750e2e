"""One job on its page: watched, understood, canceled, run again."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.accessibility import violations
from tests.studio.conftest import Open, signed_in
from tests.studio.inside import HOSTILE, PARTS, Inside
from tests.studio.screen import Screen
from tests.support.durable_urls import REASON, call
from tests.support.stack import WORKSPACE, Stack

PHONE = 360


def drawn(page: Page) -> None:
    """Wait until nothing is still coming."""
    page.get_by_role("navigation", name="Parts of the job").wait_for()
    expect(page.locator(".skeleton")).to_have_count(0)


def part(page: Page, name: str) -> None:
    parts = page.get_by_role("navigation", name="Parts of the job")
    parts.get_by_role("link", name=name).click()


def test_a_failing_file_is_found_from_its_cause_to_its_line_of_the_log(
    sign_in: Open, inside: Inside
) -> None:
    page = sign_in(f"jobs/{inside.ended['name']}").page
    part(page, "Errors")
    cause = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="ValueError: no number in")
    )
    expect(cause).to_contain_text("2 mini-batches")
    cause.get_by_role("button", name="Files").click()
    row = cause.get_by_role("row").filter(has_text="wine-11.csv").first
    row.get_by_role("link", name="its line").click()

    expect(page.locator(".log-text mark")).to_contain_text("run() of wine-11.csv")
    expect(page).to_have_url(re.compile(r"/logs\?log=.*at=\d+"))
    expect(page.locator(".log-text")).to_contain_text("no number in 'wine-11.csv'")
    page.reload()
    expect(page.locator(".log-text mark")).to_contain_text("run() of wine-11.csv")


def test_the_first_in_the_log_of_a_cause_is_its_own_file(sign_in: Open, inside: Inside) -> None:
    """Another file of the same mini-batch may have failed by something else."""
    page = sign_in(f"jobs/{inside.ended['name']}").page
    part(page, "Errors")
    first = page.get_by_role("listitem").get_by_role("link", name="First in the log").first
    expect(first).to_have_attribute("href", re.compile(r"mini_batch=\d+&file=wine-\d+\.csv"))

    first.click()

    file = page.url.rpartition("file=")[2].partition("&")[0]
    expect(page.locator(".log-text mark")).to_contain_text(f"run() of {file}")


def test_a_log_is_searched(sign_in: Open, inside: Inside) -> None:
    screen = sign_in()
    screen.go(f"{Inside.path(inside.ended, 'logs')}?log=logs/user/error.txt")
    page = screen.page
    field = page.get_by_role("searchbox", name="Search in this log")
    field.wait_for()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("wine-03")
    page.keyboard.press("Enter")

    found = page.get_by_role("status").filter(has_text="with “wine-03”")
    expect(found).to_contain_text("line")
    page.locator(".matches button").first.click()
    expect(page.locator(".log-text mark")).to_contain_text("wine-03")


def test_predictions_are_shown_downloaded_and_checked(sign_in: Open, inside: Inside) -> None:
    screen = sign_in()
    screen.go(Inside.path(inside.ended, "outputs"))
    page = screen.page
    rows = page.get_by_role("region", name="First rows of predictions.csv")
    expect(rows).to_contain_text("wine-00.csv")
    expect(page.get_by_text("The first 12 of 18 rows")).to_be_visible()
    expect(page.get_by_text("Proven.")).to_be_visible()
    page.get_by_role("button", name="Check it now").click()
    expect(page.locator(".check")).to_contain_text("as the receipt says")
    expect(page.locator(".check .bad-text")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download predictions.csv").first.click()

    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert 18 == len(lines)
    assert "wine-07.csv,once" in lines


def test_a_mini_batch_is_chosen_by_keys(sign_in: Open, inside: Inside) -> None:
    screen = sign_in()
    screen.go(Inside.path(inside.ended, "mini-batches"))
    page = screen.page
    grid = page.get_by_role("slider", name="Mini-batch")
    page.get_by_role("button", name="Failed 3").click()
    grid.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")

    expect(grid).to_have_attribute("aria-valuetext", re.compile("failed"))
    number = re.search(r"mini_batch=(\d+)", page.url)
    assert number
    panel = page.get_by_role("complementary", name=f"Mini-batch {number[1]}")
    expect(panel).to_contain_text("Errors")
    expect(panel.get_by_role("region", name="Failed tries")).to_contain_text("ValueError")
    panel.get_by_role("region", name="Errors").get_by_role("link", name="log").click()
    expect(page.locator(".log-text mark")).to_contain_text(f"Mini-batch {number[1]},")


def test_the_overview_and_the_timeline_tell_where_the_time_went(
    sign_in: Open, inside: Inside
) -> None:
    page = sign_in(f"jobs/{inside.ended['name']}").page
    expect(page.get_by_role("group", name="Steps of the job")).to_contain_text("21 / 21")
    expect(page.get_by_role("img", name=re.compile(r"of run\(\): half within"))).to_be_visible()
    part(page, "Timeline")
    page.get_by_text("As a table").click()
    expect(page.get_by_role("region", name="What each scorer did")).to_contain_text("process0")
    page.get_by_role("button", name="Closer").click()
    expect(page).to_have_url(re.compile(r"from_ms=\d+&to_ms=\d+"))
    page.get_by_role("button", name="All of it").click()
    expect(page).not_to_have_url(re.compile("from_ms"))


def test_a_job_is_watched_canceled_and_run_again(
    sign_in: Open, inside: Inside, stack: Stack
) -> None:
    started = inside.start(inside.slow, name="watched-and-canceled", errorThreshold=7)
    page = sign_in(f"jobs/{started['name']}").page
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Let it run").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.get_by_text("The job was canceled")).to_be_visible()
    assert "Canceled" == stack.ended(started)["status"]

    page.get_by_role("button", name="Retry").click()
    page.wait_for_url(lambda url: url.endswith("/jobs/watched-and-canceled") is False)
    again = {"name": page.url.rpartition("/")[2], "properties": started["properties"]}
    asked = stack.job(again)
    assert ("job-page", 7, 1) == tuple(
        asked[key] for key in ("endpointName", "errorThreshold", "miniBatchSize")
    )
    assert inside.slow == asked["inputData"]["input"]["uri"]
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the job").click()
    stack.ended(again)


def test_a_suspended_job_says_so_until_it_is_resumed(
    sign_in: Open, inside: Inside, stack: Stack
) -> None:
    started = inside.start(inside.slow, name="suspended-and-resumed")
    page = sign_in(f"jobs/{started['name']}").page
    drawn(page)

    call(stack, started, "suspendPostUri")

    notice = page.get_by_role("status").filter(has_text="It is paused since")
    expect(notice).to_contain_text(REASON)
    expect(notice).to_contain_text("Resume it by the resumePostUri")
    expect(page.locator(".pill").filter(has_text="Paused").first).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_enabled()
    assert [] == violations(page)
    call(stack, started, "resumePostUri")
    expect(notice).to_have_count(0)
    stack.send("POST", f"{WORKSPACE}/jobs/{started['name']}/cancel")
    stack.ended(started)


def test_a_reader_looks_and_has_no_buttons(sign_in: Open, inside: Inside) -> None:
    page = sign_in(f"jobs/{inside.ended['name']}", role="reader").page
    drawn(page)

    expect(page.get_by_role("group", name="Steps of the job")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Run again|Retry|Cancel"))).to_have_count(0)


def test_hostile_names_and_errors_are_words_in_every_part(sign_in: Open, inside: Inside) -> None:
    screen = sign_in()
    for name in PARTS:
        screen.go(Inside.path(inside.ended, name))
        drawn(screen.page)
        if name == "errors":
            expect(screen.page.get_by_text(HOSTILE).first).to_be_visible()
        assert screen.page.evaluate("window.hit === undefined"), name
        assert 0 == screen.page.locator("main img").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_any_part(sign_in: Open, inside: Inside, scheme: str) -> None:
    screen = sign_in()
    screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for name in (*PARTS, "mini-batches?mini_batch=0", "logs?search=wine-03", "nonsense"):
        screen.go(Inside.path(inside.ended, name))
        drawn(screen.page)

        assert [] == violations(screen.page), name
    part(screen.page, "Errors")
    screen.page.get_by_role("button", name="Files").first.click()
    screen.page.get_by_role("link", name="its line").first.wait_for()
    assert [] == violations(screen.page), "files behind a cause"
    part(screen.page, "Timeline")
    screen.page.get_by_text("As a table").click()
    screen.page.get_by_role("slider").press("End")
    assert [] == violations(screen.page), "a chosen span, and the table"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_while_a_job_runs_and_when_it_was_canceled(
    sign_in: Open, inside: Inside, stack: Stack, scheme: str
) -> None:
    started = inside.start(inside.lasting, name=f"judged-{scheme}")
    screen = sign_in(f"jobs/{started['name']}")
    page = screen.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for name in PARTS:
        screen.go(Inside.path(started, name))
        drawn(page)
        assert [] == violations(page), f"{name} of one that runs"
    page.get_by_role("button", name="Cancel").click()
    assert [] == violations(page), "the dialog"
    page.get_by_role("button", name="Cancel the job").click()
    stack.ended(started)
    expect(page.get_by_role("button", name="Retry")).to_be_enabled()
    for name in PARTS:
        screen.go(Inside.path(started, name))
        drawn(page)
        assert [] == violations(page), f"{name} of one that was canceled"


def test_two_viewers_of_a_running_job_see_it_canceled_by_one(
    sign_in: Open, inside: Inside, stack: Stack, browser: Browser
) -> None:
    started = inside.start(inside.lasting, name="watched-by-two")
    mine = sign_in(f"jobs/{started['name']}", role="invoker").page
    other = browser.new_context()
    try:
        screen = Screen(other.new_page(), stack)
        theirs = signed_in(screen, stack, f"jobs/{started['name']}", "reader").page
        for page in (mine, theirs):
            bar = page.get_by_role("progressbar")
            expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
        expect(theirs.get_by_role("button", name="Cancel")).to_have_count(0)
        mine.get_by_role("button", name="Cancel").click()
        mine.get_by_role("button", name="Cancel the job").click()
        stack.ended(started)

        for page in (mine, theirs):
            expect(page.locator("h1 + .pill")).to_have_text("Canceled")
            expect(page.get_by_text("The job was canceled")).to_be_visible()
        assert [] == screen.faults
    finally:
        other.close()


def test_no_part_is_cut_off_on_a_phone(sign_in: Open, inside: Inside) -> None:
    screen = sign_in()
    screen.page.set_viewport_size({"width": PHONE, "height": 740})
    for name in (*PARTS, "mini-batches?mini_batch=0"):
        screen.go(Inside.path(inside.ended, name))
        drawn(screen.page)

        assert PHONE >= screen.page.evaluate("document.documentElement.scrollWidth"), name


def test_an_open_job_goes_on_when_the_service_was_started_anew(
    sign_in: Open, inside: Inside, stack: Stack
) -> None:
    started = inside.start(inside.slow, name="restarted-under")
    screen = sign_in(f"jobs/{started['name']}/mini-batches")
    screen.expected.append("Failed to load resource")
    expect(screen.page.get_by_role("heading", name="24 mini-batches")).to_be_visible()
    pid = stack.kill("host")
    stack.back_after("host", pid)
    stack.ended(started)

    completed = screen.page.locator("h1 + .pill").filter(has_text="Completed")
    expect(completed).to_be_visible(timeout=90_000)
    legend = screen.page.get_by_role("group", name="States")
    expect(legend.get_by_role("button", name="Succeeded 24")).to_be_visible()
    expect(screen.page.get_by_text("may be out of date")).to_have_count(0)
