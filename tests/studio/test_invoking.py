"""From the list of endpoints to a job, by mouse and by keyboard."""

from playwright.sync_api import expect

from tests.studio.conftest import Open
from tests.studio.keyboard import press_until
from tests.support.stack import Stack

INPUT = "azureml://datastores/workspaceblobstore/paths/wines/red"


def test_an_endpoint_is_invoked_with_a_folder_that_was_picked(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    page = sign_in("endpoints").page
    page.get_by_role("link", name=endpoint).click()
    page.get_by_role("button", name="Invoke").click()
    page.get_by_role("button", name="wines", exact=True).click()
    page.get_by_role("button", name="red", exact=True).click()
    expect(page.get_by_role("button", name="f3.csv")).to_be_visible()
    expect(page.get_by_label("Input", exact=True)).to_have_value(INPUT)
    page.get_by_text("Other settings for this job").click()
    page.get_by_label("Files in a mini-batch").fill("2")
    expect(page.get_by_text("--mini-batch-size 2")).to_be_visible()

    page.get_by_role("button", name="Start the job").click()

    page.wait_for_url("**/studio/jobs/*")
    name = page.url.rpartition("/")[2]
    ended = stack.ended({"name": name, "properties": {"endpointName": endpoint}})
    assert ("Completed", 2) == (ended["status"], ended["miniBatchSize"])
    assert 4 == ended["progress"]["files"]["done"]
    expect(page.get_by_text("Completed").first).to_be_visible()


def test_what_the_service_refuses_is_said_beside_the_form(sign_in: Open, endpoint: str) -> None:
    screen = sign_in(f"endpoints/{endpoint}?invoke=1")
    screen.expected.append("status of 400")
    page = screen.page
    page.goto(page.url.partition("?")[0] + "?invoke=1")
    page.get_by_label("Input", exact=True).fill("no address at all")
    page.get_by_role("button", name="Start the job").click()

    expect(page.get_by_role("alert")).to_contain_text("no address at all")
    expect(page.get_by_label("Input", exact=True)).to_have_value("no address at all")


def test_a_reader_has_no_buttons_for_what_readers_may_not_do(sign_in: Open, endpoint: str) -> None:
    page = sign_in(f"endpoints/{endpoint}", role="reader").page

    expect(page.get_by_role("article", name="Deployment main")).to_contain_text("doubler:1")
    expect(page.get_by_role("button", name="Invoke")).to_have_count(0)


def test_jobs_are_walked_by_keyboard(sign_in: Open, endpoint: str, stack: Stack) -> None:
    started = stack.invoke(endpoint, INPUT, name="walked-by-keys")
    page = sign_in("endpoints").page
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("KEYS walked")
    expect(page).to_have_url(f"{stack.url}/studio/jobs?name=KEYS+walked")
    page.keyboard.press("Escape")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=started["name"])).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next, previous row")
    stack.ended(started)


def test_an_endpoint_is_invoked_by_keyboard_alone(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    page = sign_in("endpoints").page
    row = page.get_by_role("link", name=endpoint)
    expect(row).to_be_visible()
    press_until(page, "j", f'a[href$="/{endpoint}"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=endpoint, exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Invoke")).to_be_enabled()
    press_until(page, "Tab", "button.primary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Invoke {endpoint}")).to_be_focused()
    expect(page.get_by_role("button", name="wines", exact=True)).to_be_visible()
    press_until(page, "Tab", "input[name=uri]")
    page.keyboard.type(INPUT)
    page.keyboard.press("Enter")

    page.wait_for_url("**/studio/jobs/*")
    name = page.url.rpartition("/")[2]
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    stack.ended({"name": name, "properties": {"endpointName": endpoint}})


def test_a_list_follows_what_happens_and_its_filters_are_its_address(
    sign_in: Open, endpoint: str, stack: Stack
) -> None:
    page = sign_in("jobs").page
    started = stack.invoke(endpoint, INPUT, name="seen-live")
    row = page.get_by_role("row").filter(has_text="seen-live")
    expect(row).to_contain_text("Completed")

    page.get_by_role("combobox", name="State").select_option("Failed")
    expect(row).to_have_count(0)
    page.reload()
    expect(page.get_by_role("combobox", name="State")).to_have_value("Failed")
    expect(page.get_by_text("No job fits the filter")).to_be_visible()
    page.get_by_role("button", name="Show all jobs").click()
    expect(row).to_contain_text("4 of 4")
    stack.ended(started)
