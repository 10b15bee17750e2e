"""Whoever does not take what is sent neither holds anybody up nor is complained of twice."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.support.otlp import collecting
from tests.support.product import ROOT
from tests.support.receiver import free_port

# 3,000 spans, lines and counts: more than the queues hold.
PROBE = """
import json, logging, time
logging.basicConfig(level=logging.INFO, format="%(message)s")
from shared.domain.trace_context import TraceContext
from shared.observed import observer
from shared.telemetry import names
from shared.telemetry.port import LogLine, Severity, Span
telemetry, trace = observer().telemetry, TraceContext.of_names("dead")
longest = 0.0
began = time.process_time()
for number in range(3_000):
    before = time.perf_counter()
    own = trace.child(str(number))
    telemetry.span(Span("run", own, trace, 1, 2, {"number": number}))
    telemetry.log(LogLine("line", Severity.INFO, {}, own, 1))
    telemetry.count(names.FILES_DONE, 1, {})
    longest = max(longest, time.perf_counter() - before)
time.sleep(3)
print(json.dumps({"longest": longest, "ended": time.time()}))
"""
SECRETS = ("hunter2", "s3cr3t", "sig=abc")
TOLD = "Telemetry does not reach"


def sent_to(url: str) -> tuple[dict[str, Any], str, float]:
    """What the probe measured, what it logged, and how long it took to end."""
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=s3cr3t",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_METRIC_EXPORT_INTERVAL": "500",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    over = time.time()
    assert 0 == done.returncode, done.stderr
    measured = json.loads(done.stdout.splitlines()[-1])
    return measured, done.stderr, over - measured["ended"]


@pytest.mark.parametrize("way", ["refuses", "hangs", "says 500", "says 401"])
def test_a_dead_collector_is_told_of_once(way: str) -> None:
    status = int(way.rpartition(" ")[2]) if way.startswith("says") else 200
    with collecting(status=status, hangs=way == "hangs") as collector:
        port = free_port() if way == "refuses" else collector.port
        measured, said, ended_s = sent_to(f"http://me:hunter2@127.0.0.1:{port}/?sig=abc")

    assert 1 == said.count(TOLD)
    assert f"http://127.0.0.1:{port} " in said
    assert not [secret for secret in SECRETS if secret in said]
    assert measured["longest"] < 1.0
    assert ended_s < 15.0
