"""Jobs under hazards: twins, dying workers and delays at once change neither bytes nor receipt.

One is of a model, one of a script that writes files beside its rows. The local host does to the app
what the real one may do; an even seed has two hosts that share the work. SEEDS are few here; to try
more by hand, name others in HAZARD_SEEDS (comma separated).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import deploy_on, put_script
from tests.service.models import csv_of, rows_of
from tests.service.test_random_kills import SCRIPT, left_by
from tests.support.stack import Stack, served

SEEDS = [int(seed) for seed in os.environ.get("HAZARD_SEEDS", "2").split(",")]
HAZARDS = "twins=0.3,worker-death=0.1,delays=0.3"
FILES = {f"f{i:03d}.csv": csv_of((i, 1 if i % 50 else "bad"), (i, 2)) for i in range(240)}
ROWS = [
    row for i in range(240) for row in (rows_of(f"f{i:03d}.csv", (i, 1), (i, 2)) if i % 50 else [])
]
SETTINGS: dict[str, Any] = {
    "miniBatchSize": 1,
    "maxConcurrencyPerInstance": 2,
    "environmentVariables": {"SLEEP_S": "0.02"},
}
TEXTS = {f"t{i:03d}.txt": f"{i}".encode() for i in range(60)}


@dataclass(frozen=True)
class Left:
    """What two jobs came to: one of a model, and one of a script that writes files."""

    predictions: bytes
    receipt: Any
    files: dict[str, bytes]


def run(stack: Stack) -> Left:
    """The receipt is without what names its job."""
    written = stack.invoke("hazards-files", "azureml://datastores/workspaceblobstore/paths/texts")
    started = stack.invoke("hazards", "azureml://datastores/workspaceblobstore/paths/hazards")
    properties = stack.ended(started, limit_s=300)
    assert "Completed" == properties["status"], properties
    receipt = stack.receipt(started)
    del receipt["job"], receipt["output"]["uri"]
    of_script = stack.ended(written, limit_s=300)
    assert ("Completed", "proven") == (of_script["status"], stack.receipt(written)["verdict"])
    return Left(stack.output(properties), receipt, left_by(stack, of_script))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Left]:
    state = tmp_path_factory.mktemp("hazards") / "state"
    with served(state) as stack:
        deploy_on(stack, "hazards", **SETTINGS)
        stack.upload("hazards", FILES)
        put_script(stack, "hazards-files", SCRIPT, miniBatchSize=1, maxConcurrencyPerInstance=2)
        stack.upload("texts", TEXTS)
        return state, run(stack)


@pytest.mark.parametrize("seed", SEEDS)
def test_hazards_change_neither_bytes_nor_receipt(
    undisturbed: tuple[Path, Left], seed: int
) -> None:
    state, expected = undisturbed
    assert ROWS == expected.predictions.decode().splitlines()
    assert 2 * len(TEXTS) + 1 == len(expected.files)
    options = ["--hazards", HAZARDS, "--hazard-seed", str(seed), "--worker-deaths", "0"]

    with served(state, *options, instances=2 - seed % 2) as stack:
        disturbed = run(stack)
        log = stack.log.read_text()

    assert expected == disturbed
    assert "hazard" in log.lower()
