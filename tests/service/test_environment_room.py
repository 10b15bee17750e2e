"""A deployment whose environment does not fit the instance's disk, as who put it sees it."""

from pathlib import Path

import pytest

from tests.service.conftest import put_script
from tests.service.test_environments import environment
from tests.support.small_disk import small_disk
from tests.support.stack import served
from tests.support.wheels import wheel

MEGABYTES = 60
SCRIPT = """\
def init():
    pass


def run(mini_batch):
    return list(mini_batch)
"""


def test_a_deployment_fails_with_the_sizes_and_the_plans_and_the_next_one_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    wheel(index, "huge", "1.0", megabytes=2 * MEGABYTES)
    wheel(index, "small", "1.0", megabytes=1)
    with small_disk(tmp_path / "disk", MEGABYTES) as disk:
        for name, value in {
            "ENVIRONMENTS_FOLDER": str(disk / "environments"),
            "ENVIRONMENTS_SPARE_MB": "10",
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(index),
        }.items():
            monkeypatch.setenv(name, value)
        with served(tmp_path / "state") as stack:
            made = {
                name: put_script(
                    stack,
                    name,
                    SCRIPT,
                    environmentId=environment(
                        stack, name, f"dependencies:\n- pip:\n  - {name}==1.0\n"
                    ),
                )
                for name in ("huge", "small")
            }
            fits = made["small"]
            assert "Succeeded" == fits["provisioningState"], fits["provisioningError"]
            started = stack.invoke("small", stack.upload("in", {"a.txt": b"a"}))
            ended = stack.ended(started)

    assert "Failed" == made["huge"]["provisioningState"], made["huge"]
    reason = made["huge"]["provisioningError"]
    assert reason.startswith("The environment does not fit on this machine's disk of 63 MB: ")
    for told in ("stay free for models", "Flex Consumption has 0.8 GB", "ENVIRONMENTS_FOLDER"):
        assert told in reason
    assert "Completed" == ended["status"], ended
