"""docs/telemetry.md has every name that is told, and none that is not."""

import re

from shared.telemetry import names
from tests.support.product import ROOT

PAGE = (ROOT / "docs/telemetry.md").read_text(encoding="utf-8")
NAME = re.compile(r"`(batch\.[a-z_.]+)`")
ATTRIBUTES = {
    value
    for key, value in vars(names).items()
    if key.isupper() and isinstance(value, str) and "." in value
}


def test_the_page_has_every_metric_with_its_kind_and_unit() -> None:
    missing = [
        one.name
        for one in names.METRICS
        if f"| `{one.name}` | {one.kind.value}, `{one.unit}` |" not in PAGE
    ]

    assert [] == missing


def test_the_page_has_every_attribute_and_no_other() -> None:
    told = ATTRIBUTES | {one.name for one in names.METRICS}

    assert [] == sorted(name for name in ATTRIBUTES if f"`{name}`" not in PAGE)
    assert [] == sorted(set(NAME.findall(PAGE)) - told)


def test_no_two_metrics_have_one_name() -> None:
    listed = [one.name for one in names.METRICS]

    assert len(set(listed)) == len(listed) == 17
