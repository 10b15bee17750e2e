"""Who else is there: a second viewer, a page of another site, words that would be scripts."""

import json

from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tests.studio.conftest import Open, signed_in
from tests.studio.screen import Screen
from tests.support.deploying import deploy_on
from tests.support.stack import WORKSPACE, Stack

HOSTILE = "<img src=x onerror=window.hit=1>"
RUNS = f"/history/v1.0{WORKSPACE}/experiments"
INPUT = "azureml://datastores/workspaceblobstore/paths/wines/red"


def test_two_viewers_see_the_same_and_may_do_what_each_may(
    sign_in: Open, endpoint: str, stack: Stack, browser: Browser
) -> None:
    stack.ended(stack.invoke(endpoint, INPUT, name="seen-by-two"))
    mine = sign_in(f"endpoints/{endpoint}", role="invoker").page
    other = browser.new_context()
    try:
        theirs = signed_in(
            Screen(other.new_page(), stack), stack, f"endpoints/{endpoint}", "reader"
        ).page
        expect(mine.get_by_role("button", name="Invoke")).to_be_enabled()
        expect(theirs.get_by_role("article", name="Deployment main")).to_be_visible()
        expect(theirs.get_by_role("button", name="Invoke")).to_have_count(0)

        for page in (mine, theirs):
            row = page.get_by_role("row").filter(has_text="seen-by-two")
            expect(row).to_contain_text("Completed")
        mine.get_by_role("button", name="Sign out").click()
        theirs.get_by_role("link", name="seen-by-two").click()
        expect(theirs.get_by_role("heading", name="seen-by-two")).to_be_visible()
    finally:
        other.close()


def test_a_page_of_another_site_writes_nothing(sign_in: Open, endpoint: str, stack: Stack) -> None:
    """On the same host, which browsers take for the same site: they send the cookie."""
    page = sign_in("endpoints").page
    other = page.context.new_page()
    other.route("http://127.0.0.1:54321/", lambda route: route.fulfill(body="hello"))
    other.goto("http://127.0.0.1:54321/")
    path = f"/endpoints/{endpoint}/jobs"
    given = {"input": {"jobInputType": "UriFolder", "uri": INPUT}}
    body = json.dumps({"properties": {"inputData": given, "name": "from-elsewhere"}})

    other.evaluate(SEND, [f"{stack.url}{path}", "no-cors", {}, body])
    keyed = {"X-Studio": "A" * 43}
    assert "refused" == other.evaluate(SEND, [f"{stack.url}{path}", "cors", keyed, body])
    assert 404 == stack.send("GET", f"{path}/from-elsewhere").status
    own = {"X-Studio": page.evaluate("localStorage.getItem('studio.key')")}
    assert 201 == page.evaluate(SEND, [path, "cors", own, body]), "it would have been a job"
    stack.ended({"name": "from-elsewhere", "properties": {"endpointName": endpoint}})


SEND = """([url, mode, headers, body]) =>
  fetch(url, { method: "POST", mode, headers, body, credentials: "include" })
    .then((answer) => answer.status, () => "refused")"""


def test_hostile_words_are_words(sign_in: Open, endpoint: str, stack: Stack) -> None:
    endpoint_of_words = {"tags": {HOSTILE: HOSTILE}, "properties": {"description": HOSTILE}}
    stack.put("/batchEndpoints/hostile", endpoint_of_words)
    stack.upload(f"hostile/{HOSTILE}", {f"{HOSTILE}.csv": b""})
    started = stack.invoke(endpoint, INPUT, name="hostile-job")
    labels = {"displayName": HOSTILE, "tags": {HOSTILE: HOSTILE}}
    answer = stack.send("PATCH", f"{RUNS}/{endpoint}/runs/hostile-job", labels)
    assert 200 == answer.status, answer.body
    screen: Screen = sign_in("endpoints")
    page = screen.page

    expect(page.get_by_text(HOSTILE)).to_be_visible()
    page.get_by_role("link", name="hostile").first.click()
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    screen.go("/jobs")
    expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
    _refuse_and_pick(screen, endpoint)
    screen.expected.append("status of 40")
    screen.go("/jobs/%3Cimg%20src=x%20onerror=window.hit=1%3E")
    expect(screen.heading(HOSTILE)).to_be_visible()
    assert page.evaluate("window.hit === undefined")
    stack.send("DELETE", f"{WORKSPACE}/batchEndpoints/hostile")
    stack.ended(started)


def _refuse_and_pick(screen: Screen, endpoint: str) -> None:
    """The error that quotes the input, and files with such names."""
    screen.expected.append("status of 400")
    page = screen.page
    screen.go(f"/endpoints/{endpoint}?invoke=1")
    page.get_by_role("button", name="hostile", exact=True).click()
    page.get_by_role("button", name=HOSTILE, exact=True).click()
    expect(page.get_by_role("button", name=f"{HOSTILE}.csv")).to_be_visible()
    page.get_by_label("Input", exact=True).fill(HOSTILE)
    page.get_by_role("button", name="Start the job").click()
    expect(page.get_by_role("alert")).to_contain_text(HOSTILE)
    assert page.evaluate("window.hit === undefined")


def test_an_idle_page_asks_less_than_once_in_five_seconds(
    sign_in: Open, context: BrowserContext, stack: Stack
) -> None:
    deploy_on(stack, "quiet")
    sign_in("endpoints")
    asked = {path: Counted(context.new_page(), stack, path) for path in IDLE}
    next(iter(asked.values())).page.wait_for_timeout(IDLE_MS)

    for path, counted in asked.items():
        assert 0 < len(counted.sizes) < IDLE_MS / 5000, path
        assert max(counted.sizes) < SMALL, path


IDLE = ("endpoints", "jobs?endpoint=quiet", "endpoints/quiet")
IDLE_MS = 17_500
SMALL = 1_000
"""Bytes of an answer's content: that nothing changed has none."""


class Counted:
    """A page that is there, and what it asks from then on."""

    def __init__(self, page: Page, stack: Stack, path: str) -> None:
        self.page, self._answers = page, list[Response]()
        page.goto(f"{stack.url}/studio/{path}")
        page.locator("main h1").wait_for()
        page.wait_for_load_state("networkidle")
        page.on("response", self._note)

    def _note(self, answer: Response) -> None:
        self._answers.append(answer)

    @property
    def sizes(self) -> list[int]:
        return [0 if one.status == 304 else len(one.body()) for one in self._answers]
