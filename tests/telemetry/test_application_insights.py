"""Application Insights is sent the same, by its own exporter, to the address of its own string."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.product import ROOT

KEY = "0f1e2d3c-0000-4000-8000-00000000beef"
PROBE = """
from shared.domain.trace_context import TraceContext
from shared.observed import observer
from shared.telemetry import names
from shared.telemetry.port import LogLine, Severity, Span
telemetry, trace = observer().telemetry, TraceContext.of_names("insights")
job, run = trace.child("job"), trace.child("run")
place = {names.JOB_NAME: "nightly", names.ENDPOINT: "e", names.DEPLOYMENT: "d"}
telemetry.span(Span("POST /jobs", job, None, 1, 2, place, is_server=True))
telemetry.span(Span("run", run, job, 1, 2, place))
telemetry.log(LogLine("Bundle scored.", Severity.INFO, place, run, 1))
telemetry.count(names.FILES_DONE, 3, {names.ENDPOINT: "e"})
"""


@pytest.fixture
def ingestion() -> Iterator[tuple[str, list[Any]]]:
    """An address that takes what Application Insights would, and that."""
    taken = list[Any]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            items = json.loads(body)
            taken.extend(items)
            answer = {"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}
            text = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", taken
    server.shutdown()
    server.server_close()


def test_a_wrong_connection_string_stops_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=os.environ | {"APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=hunter2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "Check APPLICATIONINSIGHTS_CONNECTION_STRING" in done.stderr
    assert "hunter2" not in done.stderr


def test_spans_metrics_and_lines_arrive_with_their_fields(
    ingestion: tuple[str, list[Any]],
) -> None:
    address, taken = ingestion
    string = f"InstrumentationKey={KEY};IngestionEndpoint={address}"
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=os.environ | {"APPLICATIONINSIGHTS_CONNECTION_STRING": string},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert KEY not in done.stderr + done.stdout
    kinds = {one["data"]["baseType"]: one for one in taken}
    assert {"RequestData", "RemoteDependencyData", "MessageData", "MetricData"} <= set(kinds)
    request, run = kinds["RequestData"], kinds["RemoteDependencyData"]
    assert request["tags"]["ai.operation.id"] == run["tags"]["ai.operation.id"]
    assert request["data"]["baseData"]["id"] == run["tags"]["ai.operation.parentId"]
    line = kinds["MessageData"]["data"]["baseData"]
    assert "Bundle scored." == line["message"]
    assert "nightly" == line["properties"]["batch.job.name"]
    metrics = [one for one in taken if one["data"]["baseType"] == "MetricData"]
    values = {
        metric["name"]: metric["value"]
        for one in metrics
        for metric in one["data"]["baseData"]["metrics"]
    }
    assert 3 == values["batch.files"]
