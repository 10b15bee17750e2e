"""A job under hazards: twins, dying workers and delays at once change neither bytes nor receipt.

The local host does to the app what the real one may do; an even seed has two hosts that share the
work. SEEDS are few here; to try more by hand, name others in HAZARD_SEEDS (comma separated).
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import deploy_on
from tests.service.models import csv_of, rows_of
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


def run(stack: Stack) -> tuple[bytes, Any]:
    """The predictions and the receipt of one job, without what names the job."""
    started = stack.invoke("hazards", "azureml://datastores/workspaceblobstore/paths/hazards")
    properties = stack.ended(started, limit_s=300)
    assert "Completed" == properties["status"], properties
    receipt = stack.receipt(started)
    del receipt["job"], receipt["output"]["uri"]
    return stack.output(properties), receipt


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[bytes, Any]]:
    state = tmp_path_factory.mktemp("hazards") / "state"
    with served(state) as stack:
        deploy_on(stack, "hazards", **SETTINGS)
        stack.upload("hazards", FILES)
        return state, run(stack)


@pytest.mark.parametrize("seed", SEEDS)
def test_hazards_change_neither_bytes_nor_receipt(
    undisturbed: tuple[Path, tuple[bytes, Any]], seed: int
) -> None:
    state, expected = undisturbed
    assert ROWS == expected[0].decode().splitlines()
    options = ["--hazards", HAZARDS, "--hazard-seed", str(seed), "--worker-deaths", "0"]

    with served(state, *options, instances=2 - seed % 2) as stack:
        disturbed = run(stack)
        log = stack.log.read_text()

    assert expected == disturbed
    assert "hazard" in log.lower()
