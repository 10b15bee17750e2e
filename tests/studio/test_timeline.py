"""The timeline, which is drawn on a canvas: for who uses no mouse, and in both themes."""

import re

from playwright.sync_api import Page, expect

from tests.studio.conftest import Open
from tests.studio.inside import Inside
from tests.studio.keyboard import walk_to
from tests.support.waiting import wait_until

SPANS = re.compile(r"process\d+: run\(\)( with failed files)?, mini-batch \d+, [\d.]+ m?s")
# What the canvas is drawn on, at its last pixel, and what its card is.
GROUND = """() => {
  const canvas = document.querySelector('main canvas');
  const [x, y] = [canvas.width - 1, canvas.height - 1];
  const { data } = canvas.getContext('2d').getImageData(x, y, 1, 1);
  return `rgb(${data.slice(0, 3).join(', ')})`;
}"""
SURFACE = "() => getComputedStyle(document.querySelector('main .card')).backgroundColor"


def test_the_timeline_is_walked_by_keys(sign_in: Open, inside: Inside) -> None:
    page = sign_in(f"jobs/{inside.ended['name']}").page
    page.goto(f"{page.url}/timeline")
    lanes = page.get_by_role("slider", name="What each scorer did when")
    expect(lanes).to_have_attribute("aria-valuetext", "None is chosen")
    walk_to(lanes)
    page.keyboard.press("End")
    expect(lanes).to_have_attribute("aria-valuetext", SPANS)
    last = lanes.get_attribute("aria-valuetext") or ""
    expect(page.locator(".timeline .tip:not([hidden])")).to_have_text(last)

    page.keyboard.press("ArrowLeft")
    expect(lanes).to_have_attribute("aria-valuetext", SPANS)
    assert last != lanes.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(lanes).to_have_attribute("aria-valuetext", last)
    page.keyboard.press("Enter")
    number = last.partition("mini-batch ")[2].partition(",")[0]
    page.wait_for_url(f"**/mini-batches?mini_batch={number}")
    expect(page.get_by_role("complementary", name=f"Mini-batch {number}")).to_be_visible()


def test_a_canvas_follows_the_theme(sign_in: Open, inside: Inside) -> None:
    screen = sign_in()
    screen.expected.append("Canvas2D")  # that it is read, which only tests do
    page = screen.page
    grounds = set[str]()
    for part in ("timeline", "mini-batches"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.goto(f"{inside.stack.url}/studio{Inside.path(inside.ended, part)}")
            page.locator("main canvas").wait_for()
            grounds.add(ground(page))
        page.keyboard.press("t")  # light, whatever the system says
        wait_until(lambda: "rgb(255, 255, 255)" == page.evaluate(GROUND))
        page.keyboard.press("t")
        page.keyboard.press("t")
    assert len(grounds) == 2


def ground(page: Page) -> str:
    """The colour that the canvas is drawn on, which is its card's."""
    wait_until(lambda: page.evaluate(GROUND) == page.evaluate(SURFACE))
    return str(page.evaluate(GROUND))
