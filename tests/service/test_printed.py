"""What scripts print, in the logs of their job."""

from typing import Any

from tests.support.stack import Stack

PRINTS = """\
import os
import sys


def run(mini_batch):
    name = os.path.basename(mini_batch[0])
    print("BEGIN", name)
    print("x" * 300_000)
    print("END", name, file=sys.stderr)
    return mini_batch
"""


def test_nothing_is_lost_of_minibatches_that_print_much_though_they_share_a_bundle(
    stack: Stack, script: Any
) -> None:
    script("prints", PRINTS, miniBatchSize=1)
    names = [f"f{i:02d}" for i in range(30)]
    started = stack.invoke("prints", stack.upload("thirty", dict.fromkeys(names, b"")))
    assert "Completed" == stack.ended(started)["status"]

    for stream, mark in (("stdout", "BEGIN"), ("stderr", "END")):
        text = logged(stack, started, stream)
        assert [f"{mark} {name}" for name in names] == sorted(
            line for line in text.splitlines() if line.startswith(mark)
        )
        assert "were dropped" not in text


def logged(stack: Stack, started: Any, stream: str) -> str:
    client = stack.blobs.get_container_client("batch-jobs")
    folder = f"{started['name']}/logs/user/{stream}/"
    return "".join(
        client.download_blob(name).readall().decode()
        for name in client.list_blob_names(name_starts_with=folder)
    )
