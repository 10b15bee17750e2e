"""The glossary and the welcome lead to what is there: files, and the names in them."""

import re
from collections import Counter

import pytest

from tests.support.product import ROOT

PAGES = ("docs/glossary.md", "CONTRIBUTING.md", "README.md")
# A path with a folder in it, as these pages write them.
PATH = re.compile(r"`((?:[a-z_]+/)+(?:[a-z_]+\.[a-z]+)?)`")
ROW = re.compile(r"\| *[^-|\s]")
NAMED = re.compile(r"`([a-z_/]+\.py)` \(([^)]*)\)")
NAME = re.compile(r"`(\w+)`")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    """One that begins with no folder of the project is of a run, or of a folder named before."""
    found = PATH.findall((ROOT / page).read_text(encoding="utf-8"))
    paths = [path for path in found if (ROOT / path.split("/")[0]).exists()]

    assert paths
    assert [] == [path for path in paths if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_no_row_of_a_table_stands_twice(page: str) -> None:
    """By its first column: who mends one of two rows leaves the other behind."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    rows = Counter(line.split("|")[1].strip().lower() for line in lines if ROW.match(line))

    assert [] == [row for row, times in rows.items() if times > 1]


def test_where_to_look_names_what_stands_in_the_file() -> None:
    page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").partition("## Where to look")[2]
    named = [(path, name) for path, rest in NAMED.findall(page) for name in NAME.findall(rest)]

    assert named
    assert [] == [
        (path, name)
        for path, name in named
        if not re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))
    ]
