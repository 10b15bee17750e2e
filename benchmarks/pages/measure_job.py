"""The page of a job of very many mini-batches, part by part."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.pages.browser import Session, Tab
from benchmarks.pages.figures import frame_rows, traffic_rows
from benchmarks.pages.long_job import LongJob
from benchmarks.row import Row

PARTS = {
    "": ".graph svg",
    "mini-batches": ".grid canvas",
    "timeline": ".timeline canvas",
}
GRID = "mini-batches"


def job_rows(browser: Browser, job: LongJob, state: Path, seconds: float) -> Iterator[Row]:
    job.wait_until_it_scores()
    with Session(browser, state).context() as context:
        tab = Tab(context.new_page())
        url = f"{job.service.url}/studio/jobs/{job.name}/"
        for part, drawn in reversed(PARTS.items()):
            took = tab.open(f"{url}{part}", drawn)
            yield Row(f"{part or 'overview'}, while it runs: drawn after", took, "ms")
            watched = tab.watch(seconds)
            yield from traffic_rows("  open", watched)
            yield from frame_rows("  open", watched.frames)
        tab.open(f"{url}{GRID}", PARTS[GRID])
        yield from frame_rows(
            "pointing and scrolling, while it runs", tab.watch(seconds / 2, _move).frames
        )
        yield Row("  it still ran then (1: yes)", int(job.is_running()), "")
        job.wait_for_its_end()
        tab.open(f"{url}{GRID}", PARTS[GRID])
        yield from frame_rows(
            "pointing and scrolling, after its end", tab.watch(seconds / 2, _move).frames
        )
        yield from traffic_rows("open, after its end", tab.watch(seconds), is_idle=True)


def _move(page: Page, at: int) -> None:
    """Over the grid from cell to cell, and now and then up and down the page."""
    box = page.locator(PARTS[GRID]).bounding_box()
    if box is None:
        return
    x, y = at * 7 % box["width"], at * 3 % min(box["height"], 400)
    page.mouse.move(box["x"] + x, box["y"] + y)
    if at % 10 == 0:
        page.mouse.wheel(0, 120 if at // 10 % 2 == 0 else -120)
