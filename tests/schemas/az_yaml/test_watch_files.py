"""Watches in files: what they put, and where they are refused."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.domain.errors import InvalidRequest
from shared.domain.watch import GatherRules, UploadSource, WatchState
from shared.schemas.arm_watches import read_watch
from shared.schemas.az_yaml.files import WatchFile
from shared.schemas.az_yaml.watch_file import watch_document, watch_spec
from tests.schemas.az_yaml.project import Write

STORE = "azureml://datastores/workspaceblobstore/paths"
SCORED = f"{STORE}/scored/{{yyyy}}/{{batch}}.csv"
WHOLE = f"""
$schema: anything
name: cellar
endpoint_name: wine
deployment_name: main
description: Scores what the cellar sends.
tags: {{team: wine}}
source:
  path: {STORE}/cellar/new/
  include: "*.csv"
  exclude: [draft-*, "*.tmp"]
gather: {{quiet_s: 5, most_files: 80, most_wait_s: "60", marker: _SUCCESS}}
settings:
  mini_batch_size: 20
  retry_settings: {{timeout: 60}}
  resources: {{instance_count: 2}}
output: {SCORED}
state: Paused
"""
HEAD = f"name: cellar\nsource: {{path: {STORE}/cellar}}\n"


def spec_of(write: Write, text: str, overrides: Sequence[str] = ()) -> WatchFile:
    return watch_spec(watch_document(write(text), overrides, {}))


def test_a_whole_file_is_what_the_service_reads(write: Write) -> None:
    spec = spec_of(write, WHOLE)

    watch = read_watch(spec.endpoint, spec.name, spec.body)
    assert ("wine", "cellar", "main") == (watch.endpoint, watch.name, watch.deployment)
    assert watch.source == UploadSource(
        datastore="workspaceblobstore",
        folder="cellar/new",
        include=("*.csv",),
        exclude=("draft-*", "*.tmp"),
    )
    assert watch.rules == GatherRules(quiet_s=5, most_files=80, most_wait_s=60, marker="_SUCCESS")
    assert {
        "miniBatchSize": 20,
        "retrySettings": {"timeout": "PT60S"},
        "compute": {"instanceCount": 2},
    } == watch.overrides
    assert (SCORED, WatchState.PAUSED, {"team": "wine"}, "Scores what the cellar sends.") == (
        watch.output,
        watch.state,
        watch.tags,
        watch.description,
    )


def test_an_inbox_needs_a_name_only(write: Write) -> None:
    spec = spec_of(write, "name: inbox\ngather: {quiet_s: 5}\n")

    watch = read_watch("wine", spec.name, spec.body)
    assert ("workspaceinbox", "wine", 5) == (
        watch.source.datastore,
        watch.source.folder,
        watch.rules.quiet_s,
    )


@pytest.mark.parametrize(
    ("override", "field", "value"),
    [
        ("settings.mini_batch_size=5", "overrides", {"miniBatchSize": 5}),
        (f"output.path={SCORED}", "output", {"uri": SCORED}),
        ("state=paused", "state", "Paused"),
        ('source.include=["*.csv"]', "source", ["*.csv"]),
    ],
)
def test_set_changes_what_the_file_says(
    write: Write, override: str, field: str, value: Any
) -> None:
    found = spec_of(write, HEAD, [override]).body["properties"][field]

    assert value == (found["include"] if field == "source" else found)


@pytest.mark.parametrize(
    ("text", "why", "fix"),
    [
        ("name: cellar\n", "'source.path' is missing", "the folder to watch"),
        ("source: {path: x}\n", "'name' is missing", "`inbox` is"),
        ("name: my_watch\n", "'my_watch' is not a name for a watch", "Use 3-32 letters"),
        (
            HEAD.replace(f"{STORE}/cellar", "./cellar"),
            "source.path: './cellar' is not a",
            "azureml",
        ),
        (HEAD.replace("/cellar}", "/}"), "which names no folder", "the folder to watch"),
        (
            "name: cellar\nsource: {datastore: blobs, folder: x}\n",
            "line 2, column 10: 'source.datastore' is part of 'source.path'",
            "paths/<folder>",
        ),
        (HEAD + "gather: {quiet_s: 0}\n", "'gather.quiet_s' is '0'", "number, 1 to 86400."),
        (HEAD + "gather: {most_files: 10001}\n", "'gather.most_files' is '10001'", "1 to 10000"),
        (HEAD + "gather: {quiet_s: 700}\n", "quiet for 700 s", "Let most_wait_s be at least"),
        (HEAD + "gather: {most_wait_s: 5}\n", "line 3, column 23: Nothing is quiet for 30", "Let"),
        (HEAD + "gather: {marker: a/b}\n", "'gather.marker' is 'a/b'", "such as _SUCCESS"),
        (HEAD + "gather: {quietSeconds: 3}\n", "'gather.quietSeconds' is not a key", "known are: "),
        (HEAD + "mini_batch_size: 3\n", "'mini_batch_size' stands under 'settings'", "Move it"),
        (HEAD + "settings: {mini_batch: 3}\n", "'settings.mini_batch' is not", "mini_batch_size'?"),
        (HEAD + f"output: {STORE}/out.csv\n", "is the same file for every job", "Put {batch} into"),
        (HEAD + f"output: {STORE}/{{batch}}{{hh}}\n", "has {hh} in it", "Use any of {endpoint}"),
        (HEAD + f"output: {{path: {STORE}/}}\n", "which names no file", "one for each batch"),
        (HEAD + "output: out/{batch}.csv\n", "line 3, column 9: output: 'out/{batch}", "Use azure"),
        (HEAD + "state: off\n", "'state' is 'off'", "Write enabled or paused."),
        (HEAD + "sorce: {}\n", "line 3, column 1: 'sorce' is not a key here", "mean 'source'?"),
    ],
)
def test_what_is_wrong_is_refused_where_it_is(write: Write, text: str, why: str, fix: str) -> None:
    with pytest.raises(InvalidRequest, match=r"file\.yml, line \d+, column \d+: ") as refusal:
        spec_of(write, text)

    assert why in str(refusal.value)
    assert fix in str(refusal.value)
