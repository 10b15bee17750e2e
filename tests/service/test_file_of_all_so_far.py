"""A file that a process writes anew each time, with all that it has scored so far."""

from typing import Any

from tests.service.test_scorer_ends import FILES, files_like
from tests.support import two_hosts
from tests.support.stack import Stack

ALL_SO_FAR = """\
import os

so_far = []


def run(mini_batch):
    if os.path.basename(mini_batch[0]) == os.environ["DIES_ON"]:
        os._exit(3)
    so_far.extend(os.path.basename(path) for path in mini_batch)
    with open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "all.txt"), "w") as given:
        given.writelines(name + chr(10) for name in so_far)
    return mini_batch
"""


def test_a_file_of_all_so_far_that_a_successor_begins_anew_lacks_nothing_or_is_reported(
    stack: Stack, script: Any
) -> None:
    """Of several processes, as two hosts have them, each has only what it scored so far."""
    script(
        "all-so-far",
        ALL_SO_FAR,
        miniBatchSize=1,
        errorThreshold=-1,
        environmentVariables={"DIES_ON": "f07.txt"},
        retrySettings={"maxRetries": 0, "timeout": "PT30S"},
    )
    properties = stack.ended(stack.invoke("all-so-far", stack.upload("twelve", FILES)))

    assert "Completed" == properties["status"], properties
    (whole,) = files_like(stack, properties, "all.txt")
    scored, lines = [name for name in FILES if name != "f07.txt"], whole.decode().splitlines()
    told = [one for one in properties["warnings"] if "were overwritten by" in one]
    if two_hosts.IS_ON:  # there, it may have been the first of the one that died
        assert set(lines) <= set(scored)
        assert told or scored == sorted(lines)
    else:
        assert scored == lines
        assert 1 == len(told)
    assert all("'all.txt'" in one for one in told)
