"""A tab of the browser, which notes what went wrong in it."""

from playwright.sync_api import ConsoleMessage, Locator, Page

from tests.support.stack import Stack

EXPECTED = ("status of 401",)
"""What browsers say while nobody is signed in."""


class Screen:
    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self.stack = stack
        self.faults: list[str] = []
        self.expected = list(EXPECTED)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)
        page.set_default_timeout(20_000)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(
            known in message.text for known in self.expected
        ):
            self.faults.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.stack.url}/studio{path}")

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True, level=1)
