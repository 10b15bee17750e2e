"""Makes the pictures of the docs: `python -m tests.studio.screenshots`, some two minutes."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, ViewportSize

from tests.studio.chromium import browsing
from tests.studio.conftest import link_to
from tests.support.deploying import deploy_on
from tests.support.doubler import csv_of
from tests.support.stack import ROOT, WORKSPACE, Stack, served

IMAGES = ROOT / "docs" / "images"
FAILED = 5
"""A mini-batch with a failing file."""
SIZE: ViewportSize = {"width": 1280, "height": 800}
SLOW = {"SLEEP_S": "1.5"}
NOVEMBER = "azureml://datastores/workspaceblobstore/paths/wines/2026-11"
DESCRIPTIONS = {
    "wine-scorer": "Scores wines by what the laboratory measured",
    "churn-nightly": "Who may leave, of the customers of the last day",
}


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, served(Path(folder) / "state") as stack:
        _fill(stack)
        with browsing() as browser:
            context = browser.new_context(viewport=SIZE, locale="en-GB")
            _shoot(stack, context.new_page())
    return 0


def _fill(stack: Stack) -> None:
    """Endpoints, and jobs of each kind of end; one still runs."""
    good = {f"f{at:02d}.csv": csv_of((at, 1)) for at in range(40)}
    stack.upload("wines/2026-11", good)
    stack.upload("wines/2026-12", {**good, "bad.csv": csv_of((1, 666))})
    deploy_on(stack, "wine-scorer", description="By what the laboratory measured, since 2026")
    deploy_on(stack, "churn-nightly", miniBatchSize=1, environmentVariables=SLOW)
    for name, words in DESCRIPTIONS.items():
        defaults = {"deploymentName": "main"}
        stack.put(
            f"/batchEndpoints/{name}", {"properties": {"description": words, "defaults": defaults}}
        )
    for number in range(6):
        uri = f"azureml://datastores/workspaceblobstore/paths/wines/2026-1{1 + number % 2}"
        threshold = 0 if number == 3 else -1
        name = f"wines-2026-1{1 + number % 2}-{number}"
        stack.ended(stack.invoke("wine-scorer", uri, name=name, errorThreshold=threshold))
    year = {f"wine-{at:03d}.csv": csv_of((at, 666 if at % 17 == 5 else 1)) for at in range(240)}
    uri = stack.upload("wines/2026", year)
    at_once: dict[str, Any] = {"miniBatchSize": 1, "maxConcurrencyPerInstance": 2}
    stack.ended(stack.invoke("wine-scorer", uri, name="wines-of-the-year", **at_once))
    canceled = stack.invoke("churn-nightly", NOVEMBER, name="churn-2026-11-27")
    stack.send("POST", f"{WORKSPACE}/jobs/{canceled['name']}/cancel")
    stack.ended(canceled)
    stack.invoke("churn-nightly", NOVEMBER, name="churn-2026-11-28")


def _shoot_job(stack: Stack, page: Page, end: str) -> None:
    job = f"{stack.url}/studio/jobs/wines-of-the-year"
    page.goto(job)
    page.get_by_role("heading", name="How long run() took").wait_for()
    page.get_by_role("group", name="Steps of the job").wait_for()
    page.screenshot(path=IMAGES / f"job{end}.png", full_page=True)
    page.goto(f"{job}/mini-batches?mini_batch={FAILED}")
    panel = page.get_by_role("complementary", name=f"Mini-batch {FAILED}")
    panel.get_by_text("Tries").wait_for()
    page.screenshot(path=IMAGES / f"mini-batches{end}.png")
    if end:
        return
    page.goto(f"{job}/timeline")
    page.get_by_text("As a table").wait_for()
    page.screenshot(path=IMAGES / "job-timeline.png")
    page.goto(f"{job}/errors")
    page.get_by_role("button", name="Files").first.click()
    page.get_by_role("link", name="its line").first.wait_for()
    page.screenshot(path=IMAGES / "job-errors.png")
    page.get_by_role("link", name="its line").first.click()
    page.locator(".log-text mark").wait_for()
    page.screenshot(path=IMAGES / "job-logs.png")
    page.goto(f"{job}/outputs")
    page.get_by_role("button", name="Check it now").click()
    page.get_by_text("as the receipt says").wait_for()
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=IMAGES / "job-outputs.png", full_page=True)


def _shoot(stack: Stack, page: Page) -> None:
    page.goto(link_to(stack.state, "jobs"))
    page.get_by_text("Running").first.wait_for()
    for scheme in ("light", "dark"):
        end = "" if scheme == "light" else "-dark"
        page.emulate_media(color_scheme="dark" if end else "light")
        page.goto(f"{stack.url}/studio/jobs")
        page.get_by_text("wines-2026-11-0").wait_for()
        page.screenshot(path=IMAGES / f"jobs{end}.png")
        page.goto(f"{stack.url}/studio/endpoints/wine-scorer")
        page.get_by_text("wines-2026-11-4").wait_for()
        page.screenshot(path=IMAGES / f"endpoint{end}.png")
        _shoot_job(stack, page, end)
    page.emulate_media(color_scheme="light")
    page.goto(f"{stack.url}/studio/endpoints/wine-scorer?invoke=1")
    page.get_by_role("button", name="wines", exact=True).click()
    page.get_by_role("button", name="2026-11", exact=True).click()
    page.get_by_role("button", name="f00.csv").wait_for()
    page.screenshot(path=IMAGES / "invoke.png")
    page.goto(f"{stack.url}/studio/endpoints")
    page.get_by_text("churn-nightly").first.wait_for()
    page.screenshot(path=IMAGES / "endpoints.png")


if __name__ == "__main__":
    sys.exit(main())
