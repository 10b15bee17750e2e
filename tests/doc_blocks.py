"""The examples of our documentation: fenced blocks with a name in a comment above them."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
_NAMED = re.compile(
    r"<!-- (?P<name>[^>]+) -->\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


def blocks(file: str) -> dict[str, str]:
    """The named blocks of a page, by name."""
    text = (DOCS / file).read_text(encoding="utf-8")
    return {found["name"]: found["text"] for found in _NAMED.finditer(text)}


def examples(file: str) -> int:
    """How many examples there are to run: blocks of code, named or not."""
    text = (DOCS / file).read_text(encoding="utf-8")
    return len(re.findall(r"^```\w+$", text, re.MULTILINE))
