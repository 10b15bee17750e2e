"""What axe-core finds wrong on a page, for people who do not see it or use no mouse."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")


OF_SWAGGER_UI = ("heading-order", "nested-interactive", "region")
"""What it brings: it goes from h1 to h3, lays a button inside a button, and its heading beside its
`main`."""


def violations(page: Page, without: tuple[str, ...] = ()) -> list[str]:
    page.evaluate(AXE)  # by the debugger: the page's own policy would not let it in
    found: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
        if one["id"] not in without
    ]
