"""What the page's modules take from each other is there: a browser would only tell the user."""

import re
from pathlib import Path

import pytest

from tests.support.stack import ROOT

APP = ROOT / "studio" / "app"
MODULES = sorted(APP.rglob("*.js"))
IMPORT = re.compile(r'^import (?:(\w+)(?:, )?)?(?:\{([^}]*)\} )?(?:from )?"([^"]+)"', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
LISTED = re.compile(r"^export (?:const )?\{([^}]*)\}", re.MULTILINE)


def names_of(text: str, *, outside: bool) -> set[str]:
    """Of a list in braces: as the module that is imported has them, or as it calls them outside."""
    pairs = [re.split(r" as |: ", one.strip()) for one in text.split(",") if one.strip()]
    return {pair[-1] if outside else pair[0] for pair in pairs}


def exports_of(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    found = set(EXPORT.findall(text))
    for listed in LISTED.findall(text):
        found |= names_of(listed, outside=True)
    return found | ({"default"} if "export default" in text else set())


def missing_in(text: str, folder: Path) -> list[str]:
    """What a module in that folder imports of ours, and is not there."""
    missing = list[str]()
    for default, listed, source in IMPORT.findall(text):
        target = (folder / source).resolve()
        if APP not in target.parents:
            continue
        there = exports_of(target) if target.exists() else set()
        wanted = names_of(listed, outside=False) | ({"default"} if default else set())
        missing += [f"{name} of {source}" for name in sorted(wanted - there)]
    return missing


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(APP)) for path in MODULES])
def test_a_module_imports_only_what_there_is(path: Path) -> None:
    assert [] == missing_in(path.read_text(encoding="utf-8"), path.parent)


def test_a_name_that_is_not_there_is_found() -> None:
    text = 'import { go, nowhere as there } from "../router.js";\n'

    assert ["nowhere of ../router.js"] == missing_in(text, APP / "pages")
