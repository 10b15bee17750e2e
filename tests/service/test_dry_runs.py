"""Look first, try a few files, then all of them: over HTTP, with a real model."""

from typing import Any

import pytest

from tests.support.doubler import csv_of
from tests.support.stack import Stack

FILES = {f"f{index:02d}.csv": csv_of((index, index)) for index in range(40)}


def test_a_dry_run_and_a_preflight_start_nothing(stack: Stack, deploy: Any) -> None:
    uri = stack.upload("looked-first", FILES | {"g.txt": b"notes"})
    path = f"/endpoints/{deploy('looked-first', miniBatchSize=2)}/jobs"
    given = {"input": {"jobInputType": "UriFolder", "uri": uri}}

    looked = stack.send("POST", path, {"properties": {"inputData": given, "dryRun": True}})
    refused = stack.send("POST", path, {"properties": {"inputData": given, "preflight": True}})

    assert 200 == looked.status, looked.body
    files, problems = (looked.body["properties"][name] for name in ("files", "problems"))
    assert (41, 21) == (files["total"], files["mini_batches"])
    assert [("UnsupportedFileType", "g.txt")] == [(one["code"], one["file"]) for one in problems]
    assert (400, "PreflightFailed") == (refused.status, refused.body["error"]["code"])
    assert problems == refused.body["error"]["details"]
    assert [] == stack.send("GET", path).body["value"]


def test_a_sample_by_the_texts_of_the_official_client(stack: Stack, deploy: Any) -> None:
    """It projects what the whole takes and costs; receipt, document and insights say what it is."""
    uri = stack.upload("sampled-first", FILES)
    endpoint = deploy("sampled-first", miniBatchSize=2)
    texts = {"batch.sample": "8", "batch.pricePerHour": "3.6"}

    sampled = stack.invoke(endpoint, uri, properties=texts)
    ended = stack.ended(sampled)

    assert "Completed" == ended["status"], ended
    sample, receipt = ended["sample"], stack.receipt(sampled)
    assert (8, 40, 20) == (sample["files"], sample["of"]["files"], sample["of"]["mini_batches"])
    told = sample["projection"]
    assert told["startup_s"] <= told["low_s"] <= told["seconds"] <= told["high_s"]
    assert pytest.approx(told["seconds"] / 1000, abs=1e-4) == told["cost"]["amount"]
    assert ("sample", 8, 40) == (
        receipt["verdict"],
        receipt["files"]["planned"],
        receipt["sample"]["of_files"],
    )
    insights = stack.send("GET", f"/endpoints/{endpoint}/jobs/{sampled['name']}/insights").body
    assert sample == insights["sample"]
