"""`bep housekeeping ...`: a walk of many looks, a dry run of many pages."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.in_process import Bep
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, StubService, stub_service

PARTS = {"rule": "parts", "name": "job-1", "count": 3, "bytes": 30, "reason": "old"}
HISTORIES = {"rule": "histories", "name": "until", "count": 2, "bytes": None, "reason": "old"}
SHOWN: dict[str, Any] = {"rules": {"part_days": 30}, "walk": {}, "records": []}


def look(*gone: Any, is_over: bool = False, is_busy: bool = False) -> Any:
    return {"is_over": is_over, "is_busy": is_busy, "walk": "w", "problems": 0, "gone": [*gone]}


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        running.on("GET", "housekeeping", SHOWN)
        more = f"{running.url}{WORKSPACE}/housekeeping/preview?$skiptoken=x"
        running.on(
            "GET",
            "housekeeping/preview",
            {"value": [PARTS], "nextLink": more},
            {"value": [], "nextLink": more},
            {"value": [PARTS, HISTORIES], "nextLink": None},
        )
        running.on(
            "POST", "housekeeping/run", look(PARTS), look(PARTS, HISTORIES), look(is_over=True)
        )
        yield running


SUMS = [
    {"rule": "parts", "count": 6, "bytes": 60},
    {"rule": "histories", "count": 2, "bytes": 0},
]


def posts(service: StubService) -> int:
    return sum(one.method == "POST" for one in service.seen)


def test_a_run_asks_until_the_walk_is_over(service: StubService, bep: Bep) -> None:
    done = bep("housekeeping", "run").answer

    assert {"is_dry_run": False, "gone": SUMS, "problems": 0} == done
    assert 3 == posts(service)


def test_a_dry_run_reads_every_page_and_removes_nothing(service: StubService, bep: Bep) -> None:
    done = bep("housekeeping", "run", "--dry-run", "--most", "2").answer

    assert {"is_dry_run": True, "gone": SUMS, "places": [PARTS, PARTS]} == done
    assert 0 == posts(service)


def test_a_number_of_places_that_is_none_is_refused_by_its_value(
    service: StubService, bep: Bep
) -> None:
    done = bep("housekeeping", "run", "--dry-run", "--most", "few")

    assert is_refused(done, code=2)
    assert "--most is 'few'. Use a whole number, such as 100." in done.stderr
    assert [] == service.seen


def test_what_is_kept_and_what_went_is_shown(service: StubService, bep: Bep) -> None:
    assert SHOWN == bep("housekeeping", "show").answer
    assert "rule" not in bep("housekeeping", "show", "-o", "table").stdout
