"""Off, telemetry is not there: no package of it is imported, on no way that a job takes."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.product import ROOT

# What Durable's own library imports of OpenTelemetry, where that is installed, was there before.
PROBE = """
import json, sys, tempfile
from pathlib import Path
import durabletask.worker, azure.storage.blob
before = set(sys.modules)
import function_app
from shared.observed import observer
from tests.support.services_in_memory import run_job, services_in_memory, upload
from tests.support.specs import a_spec
services, blobs, _ = services_in_memory(Path(tempfile.mkdtemp()))
upload(blobs, ["1", "bad", "2"])
assert run_job(a_spec(), services)["status"] == "Completed"
kinds = ("opentelemetry", "azure.monitor", "shared.adapters.telemetry")
print(json.dumps([name for name in set(sys.modules) - before if name.startswith(kinds)]))
print(json.dumps(observer().telemetry.is_on))
"""


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "", "APPLICATIONINSIGHTS_CONNECTION_STRING": ""},
    ],
    ids=["not set", "disabled", "empty"],
)
def test_nothing_of_it_is_imported(more: dict[str, str]) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OTEL_", "APPLICATIONINSIGHTS_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=environment | more,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    imported, is_on = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    assert [] == imported
    assert not is_on
