"""A job from inside, by the routes that its page reads: what changed, and what never does."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.api.http import Response
from shared.domain.errors import Conflict, InvalidRequest, NotFound
from shared.domain.message import JSON
from shared.services import Services
from tests.support.asking import Asked
from tests.support.orchestrations import Orchestrations
from tests.support.services_in_memory import App, rehearse, run_job, upload
from tests.support.specs import a_spec
from triggers import insights, job_logs, minibatches, previews

type Handler = Any


def ask(
    services: Services,
    handler: Handler,
    etag: str = "",
    query: Mapping[str, str] | None = None,
    path: Mapping[str, str] | None = None,
) -> Response:
    asked = Asked(services, Orchestrations(services))
    return asked.respond(handler, query=query, etag=etag, **path or {})


def read(services: Services, handler: Handler, path: JSON = None, **query: str) -> Any:
    return Asked(services, Orchestrations(services)).read(handler, path, **query)


def run_mixed(app: App, **settings: Any) -> None:
    """Twelve files in mini-batches of two: one bad, one that fails as a whole, one second try."""
    upload(app[1], ["1", "1", "bad", "1", "boom 17", "1", "once", "1", "1", "1", "1", "1"])
    run_job(a_spec(mini_batch_size=2, max_retries=2, **settings), app[0])


def test_mini_batches_come_in_columns(app: App) -> None:
    run_mixed(app)

    shard = read(app[0], minibatches.list_minibatches)["shards"][0]

    assert (0, 0, True, "sppsss") == tuple(
        shard[name] for name in ("shard", "first", "is_closed", "states")
    )
    assert [2] * 6 == shard["files"]
    assert [0, 1, 1, 0, 0, 0] == shard["failed"]
    assert [1, 1, 2, 2, 1, 1] == shard["tries"]
    assert [0] * 6 == shard["scorer"]
    assert [-1, 0, 1, -1, -1, -1] == shard["cause"]
    assert ["Bad", "Boom"] == [one["error_type"] for one in shard["causes"]]
    assert [2, 2, 3] == shard["failed_tries"]["mini_batch"]
    assert ["exception"] * 3 == shard["failed_tries"]["kind"]
    assert all(isinstance(start, int | float) for start in shard["start_ms"])


def test_a_reader_names_the_columns_that_it_wants(app: App) -> None:
    run_mixed(app)

    shard = read(app[0], minibatches.list_minibatches, columns="tries, states")["shards"][0]

    assert {"shard", "etag", "is_closed", "first", "states", "tries"} == set(shard)
    with pytest.raises(InvalidRequest, match="no column 'sates'"):
        read(app[0], minibatches.list_minibatches, columns="sates")


@pytest.mark.parametrize("shard", ["1", "0-1", "x", "-1", "0,,0", "9999999999999", "²"])
def test_a_shard_that_is_not_there_is_refused_by_name(app: App, shard: str) -> None:
    run_mixed(app)

    with pytest.raises(InvalidRequest, match=r"does not name shards of this job, which has 1\."):
        read(app[0], minibatches.list_minibatches, shard=shard)


HANDLERS: list[tuple[Handler, dict[str, str]]] = [
    (minibatches.list_shards, {}),
    (minibatches.list_minibatches, {}),
    (minibatches.get_minibatch, {"number": "1"}),
    (insights.get_timeline, {}),
    (insights.list_error_groups, {}),
    (insights.get_insights, {}),
    (previews.preview_output, {"output": "predictions"}),
    (job_logs.list_job_logs, {}),
]


@pytest.mark.parametrize(("handler", "path"), HANDLERS, ids=[one.__name__ for one, _ in HANDLERS])
def test_who_has_the_answer_already_is_told_so(
    app: App, handler: Handler, path: dict[str, str]
) -> None:
    run_mixed(app)
    first = ask(app[0], handler, path=path)

    again = ask(app[0], handler, first.headers["ETag"], path=path)
    other = ask(app[0], handler, '"another"', path=path)

    assert (304, None) == (again.status, again.data)
    assert (200, first.data) == (other.status, other.data)
    assert first.data is not None
    assert b'": ' not in first.data[:200]


def test_a_closed_shards_url_with_its_etag_never_changes(app: App) -> None:
    run_mixed(app)
    etag = read(app[0], minibatches.list_shards)["closed"][0]

    kept = ask(app[0], minibatches.list_minibatches, query={"shard": "0", "etag": etag})
    asked = ask(app[0], minibatches.list_minibatches, query={"shard": "0"})

    assert "immutable" in kept.headers["Cache-Control"]
    assert "private, no-cache" == asked.headers["Cache-Control"]


def test_a_mini_batch_tells_its_files_tries_and_error(app: App) -> None:
    run_mixed(app)

    one = read(app[0], minibatches.get_minibatch, {"number": "2"})

    assert "partly failed" == one["state"]
    assert ["in/f0004.csv", "in/f0005.csv"] == [file["name"] for file in one["files"]]
    assert 2 == one["report"]["tries"] == len(one["failed_tries"])
    assert ["f0004.csv"] == [error["file"] for error in one["errors"]]
    assert one["logs"]["errors"].endswith("&mini_batch=2")
    with pytest.raises(NotFound, match="no mini-batch 6"):
        read(app[0], minibatches.get_minibatch, {"number": "6"})


def test_a_mini_batch_leads_to_its_line_in_the_log(app: App) -> None:
    run_mixed(app)
    process = read(app[0], minibatches.get_minibatch, {"number": "2"})["scorer"]
    log = f"logs/user/error/{process}.txt"

    found = read(app[0], job_logs.get_job_log, name=log, mini_batch="2")["matches"]

    assert 1 == len(found)
    assert found[0]["line"].startswith("Mini-batch 2, run() of ")
    piece = read(app[0], job_logs.get_job_log, name=log, from_=str(found[0]["offset"]))
    assert piece["text"].startswith("Mini-batch 2, run() of f0004.csv")


def test_errors_are_grouped_with_the_files_behind_each(app: App) -> None:
    upload(app[1], [f"boom {i}" for i in range(9)] + ["bad", "1"])
    run_job(a_spec(mini_batch_size=1), app[0])

    groups = read(app[0], insights.list_error_groups)["groups"]

    assert [("Boom", "boom <n> in words", 9), ("Bad", "it is bad", 1)] == [
        (one["error_type"], one["message"], one["files"]) for one in groups
    ]
    assert (0, 8, 9) == tuple(groups[0][name] for name in ("first", "last", "mini_batches"))
    assert [f"f{i:04d}.csv" for i in range(5)] == groups[0]["first_files"]
    assert "mini_batch=0" in groups[0]["log"]["url"]


def test_the_files_of_a_group_come_in_pages(app: App) -> None:
    upload(app[1], ["boom"] * 7 + ["bad", "1"])
    run_job(a_spec(mini_batch_size=1), app[0])
    cause = read(app[0], insights.list_error_groups)["groups"][0]["id"]
    path, seen, query = {"cause": cause}, list[str](), {"$top": "3"}

    for _ in range(3):
        body = ask(app[0], insights.list_files_of_group, query=query, path=path).body
        seen += [one["file"] for one in body["value"]]
        query = {"$top": "3", "$skiptoken": str(body["nextLink"]).rpartition("=")[2]}
        query["$skiptoken"] = query["$skiptoken"].replace("%3D", "=")

    assert [f"f{i:04d}.csv" for i in range(7)] == seen
    assert body["nextLink"] is None
    with pytest.raises(NotFound, match="no error cause 'nobody'"):
        read(app[0], insights.list_files_of_group, {"cause": "nobody"})


def test_insights_tell_durations_pace_and_the_job_before(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 6)
    earlier = a_spec("job-0", mini_batch_size=3)
    day_before = earlier.created_at - timedelta(days=1)
    run_job(earlier.model_copy(update={"created_at": day_before}), services)
    run_mixed(app)

    told = read(services, insights.get_insights)

    assert 6 == told["run"]["count"] == sum(told["run"]["histogram"]["counts"])
    assert (12, 2) == (sum(told["pace"]["files"]), sum(told["pace"]["failed"]))
    before = told["previous"]
    assert ("job-0", 6, 12) == (before["job"], before["before"]["files"], before["now"]["files"])
    assert {"setting": "mini_batch_size", "before": 3, "now": 2} in before["changed"]


def test_what_is_missing_of_an_older_job_is_made_of_its_records(app: App) -> None:
    run_mixed(app)
    services, blobs, _ = app
    new = read(services, minibatches.list_minibatches)["shards"][0]
    drop_news(blobs)

    old = read(services, minibatches.list_minibatches)["shards"][0]

    alike = {"states", "files", "failed", "tries", "rows", "cause", "scorer"}
    assert {name: new[name] for name in alike} == {name: old[name] for name in alike}
    assert [None] * 6 == old["start_ms"]
    assert [] == read(services, insights.get_timeline)["spans"]["start_ms"]
    assert 2 == sum(one["files"] for one in read(services, insights.list_error_groups)["groups"])
    assert read(services, insights.get_insights)["pace"] is None


def drop_news(blobs: MemoryBlobs) -> None:
    """The store as a job left it before sheets, times and tries were kept."""
    blobs.delete("batch-jobs", "job-1/sheets/1/000000.json")
    for name in list(blobs.list_names("batch-jobs", "job-1/outcomes/")):
        body = json.loads(blobs.read("batch-jobs", name).data)
        for record in body.get("records", [body]):
            for key in ("tries", "loads", "memory_mb", "memory_limit_mb"):
                del record[key]
            for report in record["reports"]:
                del report["waited"]
                report["started_at"] = None
            for error in record["errors"]:
                del error["where"]
        blobs.write("batch-jobs", name, json.dumps(body).encode())


def test_a_job_that_is_not_planned_yet_has_no_shards(app: App) -> None:
    services, _, _ = app
    services.jobs.create(a_spec())

    index = read(services, minibatches.list_shards)

    assert (0, [], None) == (index["shards"], index["closed"], index["open"])
    assert [] == read(services, minibatches.list_minibatches)["shards"]
    assert [] == read(services, insights.list_error_groups)["groups"]
    assert read(services, insights.get_insights)["run"] is None
    with pytest.raises(Conflict, match="is NotStarted, and its outputs are written when it ends"):
        read(services, previews.preview_output, {"output": "predictions"})


def test_predictions_are_previewed(app: App) -> None:
    run_mixed(app)

    table = read(app[0], previews.preview_output, {"output": "predictions"}, rows="2")

    assert ("csv", ["row", "prediction", "file"], False) == (
        table["format"],
        table["columns"],
        table["is_all"],
    )
    assert [["0", "1", "f0000.csv"], ["0", "1", "f0001.csv"]] == table["rows"]
    assert "bep job download --name job-1" == table["whole"]["command"]


@pytest.mark.parametrize("name", ["../x", "job.json", "logs/../job.json", "plan/1.json", ""])
def test_what_is_no_log_is_not_read_as_one(app: App, name: str) -> None:
    run_mixed(app)

    with pytest.raises(NotFound, match="has no log"):
        read(app[0], job_logs.get_job_log, name=name)


def test_a_log_is_read_from_where_the_last_look_ended(app: App) -> None:
    run_mixed(app)
    name = "logs/job_result.txt"

    whole = read(app[0], job_logs.get_job_log, name=name)
    end = read(app[0], job_logs.get_job_log, name=name, from_="-10")
    rest = read(app[0], job_logs.get_job_log, name=name, from_=str(whole["to"]))

    assert whole["text"].startswith("The job job-1 is Completed.")
    assert whole["text"][-10:] == end["text"]
    assert ("", whole["size"]) == (rest["text"], rest["to"])
    found = read(app[0], job_logs.get_job_log, name=name, search="IS completed")
    assert [0] == [match["offset"] for match in found["matches"]]


def test_a_job_goes_on_if_its_sheet_cannot_be_written(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("no sheet today")

    monkeypatch.setattr("shared.stores.sheets._bytes_of", fail)
    upload(app[1], ["1"])

    ending = run_job(a_spec(), app[0], rehearse(app[0]))

    assert "Completed" == ending["status"]
    assert "no sheet job=job-1 shard=0" in caplog.text
