"""What others wrote is what they published."""

import hashlib
import re

import pytest

from tests.support.product import ROOT

VENDOR = ROOT / "studio" / "vendor"
README = (VENDOR / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| `([\w.-]+)` \| `([\w@.-]+): [^`]+` \| ([\w.-]+) \| `(\w{64})` \|$", README, re.MULTILINE
)
AXE = ROOT / "tests" / "studio" / "vendor" / "axe.min.js"
OF_AXE = re.search(r"axe-core@([\d.]+)`, MPL-2.0, whose sum is\s+`(\w{64})`", README)
OF_HOOKS = re.search(r"sum is\s+`(\w{64})`", README)


@pytest.mark.parametrize(("name", "sum_"), [(row[0], row[3]) for row in ROWS])
def test_a_vendored_file_has_the_sum_that_is_told(name: str, sum_: str) -> None:
    assert sum_ == hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()


def test_every_vendored_file_is_told_and_has_its_licence() -> None:
    scripts = {path.name for path in VENDOR.iterdir() if path.suffix in {".js", ".css"}}
    packages = {package.partition("@")[0].removesuffix("-dist") for _, package, _, _ in ROWS}

    assert {row[0] for row in ROWS} == scripts
    assert [] == [one for one in packages if not (VENDOR / f"{one}.LICENSE.txt").exists()]


def test_what_judges_the_pages_is_what_its_makers_published() -> None:
    content = AXE.read_bytes()

    assert OF_AXE
    assert OF_AXE[2] == hashlib.sha256(content).hexdigest()
    assert content.startswith(f"/*! axe v{OF_AXE[1]}".encode())


def test_the_hooks_differ_from_the_published_ones_by_one_address() -> None:
    text = (VENDOR / "preact-hooks.js").read_text(encoding="utf-8")
    published = text.replace('from"./preact.js"', 'from"preact"')

    assert OF_HOOKS
    assert 1 == text.count("./preact.js")
    assert OF_HOOKS[1] == hashlib.sha256(published.encode()).hexdigest()
