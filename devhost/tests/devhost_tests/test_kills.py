"""kill -9 of a whole host while it works: every instance ends as if nothing had happened."""

import random
import time
from pathlib import Path

from devhost_tests.served import SAMPLE_APP, Served, serve

KILLS = 3  # raise it by hand; thirty take two minutes
INSTANCES = 6
WIDTH = 20


def status_path(served: Served, number: int, record: Path) -> str:
    """Start an instance that fans out, in a sub-orchestration too; the path of its status."""
    argument = {"number": number, "width": WIDTH, "record": str(record)}
    url: str = served.post("/start/recorded", json=argument).json()["statusQueryGetUri"]
    return "/runtime" + url.partition("/runtime")[2]


def outputs(served: Served, paths: list[str]) -> list[object]:
    return [served.get(path).json()["output"] for path in paths]


def test_instances_outlive_kills_at_random_moments(tmp_path: Path) -> None:
    record, state = tmp_path / "record", tmp_path / "state"
    record.mkdir()
    moments = random.Random(7)  # noqa: S311  # not for secrets
    with serve(SAMPLE_APP, state) as served:
        paths = [status_path(served, number, record) for number in range(INSTANCES)]
        time.sleep(moments.uniform(0, 0.3))  # the moment of the first kill

    for _ in range(KILLS - 1):
        with serve(SAMPLE_APP, state, "--workers", "1"):
            time.sleep(moments.uniform(0, 0.5))  # the moment of the next

    with serve(SAMPLE_APP, state) as served:
        served.until(lambda: all(outputs(served, paths)), "the end of all instances")
        expected = [sum(range(WIDTH)) * 2 + number for number in range(INSTANCES)]
        assert expected == outputs(served, paths)

    effects = {path.name for path in record.iterdir()}
    assert {f"{number}-{n}" for number in range(INSTANCES) for n in range(WIDTH)} <= effects
