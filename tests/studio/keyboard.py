"""Walking a page by keys alone, as who uses no mouse does."""

from playwright.sync_api import Locator, Page

MOST_STEPS = 60
FOCUSED = "(one) => one === document.activeElement"
# The outline of what has the focus; of a row's link it is the row's.
OUTLINES = """() => [document.activeElement, document.activeElement.closest('tr') ?? document.body]
  .map((one) => getComputedStyle(one).outlineStyle)"""


def press_until(page: Page, key: str, selector: str) -> None:
    """Until the focus, which is seen, is on what is wanted."""
    walk_to(page.locator(selector).first, key)


def walk_to(wanted: Locator, key: str = "Tab") -> None:
    """Until the focus is there; that a person sees where they are is part of it."""
    wanted.wait_for()
    for _ in range(MOST_STEPS):
        if wanted.evaluate(FOCUSED):
            break
        wanted.page.keyboard.press(key)
    assert wanted.evaluate(FOCUSED), f"{key} never came to {wanted}"
    assert "solid" in wanted.page.evaluate(OUTLINES), f"{wanted} does not show its focus"


def choose(wanted: Locator) -> None:
    """Walk there and press it."""
    walk_to(wanted)
    wanted.page.keyboard.press("Enter")
