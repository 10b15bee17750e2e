"""The examples of our documentation: fenced blocks with a name in a comment above them."""

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_NAMED = re.compile(
    r"<!-- (?P<name>[^>]+) -->\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_COMMANDS = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]+) -->\n)?```bash\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Commands:
    """A block of a shell's commands; `reason` says why no test runs it."""

    text: str
    reason: str


def commands(path: Path) -> list[Commands]:
    """A page's blocks of commands, in order."""
    text = path.read_text(encoding="utf-8")
    return [Commands(one["text"], one["reason"] or "") for one in _COMMANDS.finditer(text)]


def blocks(file: str) -> dict[str, str]:
    """The named blocks of a page, by name."""
    text = (DOCS / file).read_text(encoding="utf-8")
    return {found["name"]: found["text"] for found in _NAMED.finditer(text)}


def examples(file: str) -> int:
    """How many examples there are to run: blocks of code, named or not."""
    text = (DOCS / file).read_text(encoding="utf-8")
    return len(re.findall(r"^```\w+$", text, re.MULTILINE))
