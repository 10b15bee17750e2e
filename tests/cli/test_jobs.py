"""`bep job show|list|cancel|archive|restore|update|create|receipt|errors|logs`: what it prints."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.jobs import CHILD, HISTORY, JOB, arm_job, put_job, whole_job
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, Reply, StubService, bep, stub_service

RUN = {
    "runId": CHILD,
    "parentRunId": JOB,
    "rootRunId": JOB,
    "status": "Completed",
    "displayName": "batchscoring",
    "experimentId": "ep",
    "createdUtc": "2026-01-02T03:04:05Z",
    "createdBy": {"userName": "someone"},
}
LABELS = f"{HISTORY}/experiments/ep/runs/{JOB}"


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        put_job(running, whole_job())
        running.on("GET", f"jobs/{CHILD}", {"id": "c", "name": CHILD, "properties": None})
        running.on("GET", f"{HISTORY}/runs/{CHILD}", RUN)
        running.on("GET", f"{HISTORY}/runs/{JOB}/children", {"value": [RUN], "nextLink": None})
        running.on("PATCH", LABELS, {})
        yield running


def test_a_job_is_shown_as_az_shows_a_batch_job(service: StubService, tmp_path: Path) -> None:
    job = bep(service, tmp_path, "job", "show", "-n", JOB).answer

    details = {name: job.pop(name) for name in ("inputs", "outputs", "progress", "error")}
    assert {
        "id": f"azureml:{WORKSPACE}/jobs/{JOB}",
        "name": JOB,
        "resourceGroup": "g",
        "creation_context": {
            "created_at": "2026-01-02T03:04:05+00:00",
            "created_by": "someone",
            "created_by_type": "User",
        },
        "display_name": JOB,
        "experiment_name": "ep",
        "properties": {"endpointName": "ep", "childRunId": CHILD},
        "services": {"Studio": {"endpoint": "http://x/job-1?wsid=w", "type": "Studio"}},
        "status": "Completed",
        "tags": {"azureml.batchrun": "true"},
        "type": "pipeline",
        "warnings": [],
    } == job
    assert {"trips": {"path": "azureml://in", "type": "uri_folder"}} == details["inputs"]
    assert {"score": {"path": "azureml://out", "type": "uri_file"}} == details["outputs"]
    assert 4 == details["progress"]["files"]["done"]


def test_a_job_shows_what_it_chose_and_what_was_left_out(
    service: StubService, tmp_path: Path
) -> None:
    whole = whole_job()
    whole["properties"]["inputData"]["trips"] |= {"include": ["*.csv"], "changedSince": "job-0"}
    whole["properties"]["leftOut"] = {"hidden": 1, "unchanged": 7}
    put_job(service, whole)

    job = bep(service, tmp_path, "job", "show", "-n", JOB).answer

    chosen = {"include": ["*.csv"], "changed_since": "job-0"}
    assert {"path": "azureml://in", "type": "uri_folder", **chosen} == job["inputs"]["trips"]
    assert {"hidden": 1, "unchanged": 7} == job["left_out"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("status", "Completed\n"),
        ("services.Studio.endpoint", "http://x/job-1?wsid=w\n"),
        ("tags", "true\n"),
        ("error", ""),
        ("[name, status]", f"{JOB}\nCompleted\n"),
    ],
)
def test_scripts_read_a_field_by_tsv(
    service: StubService, tmp_path: Path, query: str, text: str
) -> None:
    done = bep(service, tmp_path, "ml", "job", "show", "-n", JOB, "--query", query, "-o", "tsv")

    assert (0, text) == (done.code, done.stdout)


def test_web_prints_the_address_beside_the_answer(service: StubService, tmp_path: Path) -> None:
    done = bep(service, tmp_path, "job", "show", "-n", JOB, "--web")

    assert "Web View: http://x/job-1?wsid=w" in done.stderr
    assert JOB == done.answer["name"]


def test_the_scoring_step_is_shown_from_run_history(service: StubService, tmp_path: Path) -> None:
    step = bep(service, tmp_path, "job", "show", "-n", CHILD).answer

    assert (CHILD, "batchscoring", "base") == (step["name"], step["display_name"], step["type"])
    assert (JOB, "Completed") == (step["parent_job_name"], step["status"])


def test_a_list_stops_at_max_results(service: StubService, tmp_path: Path) -> None:
    service.on("GET", "jobs", {"value": [arm_job() for _ in range(5)], "nextLink": None})

    jobs = bep(service, tmp_path, "job", "list", "-r", "3").answer

    assert 3 == len(jobs)
    assert "listViewType=ActiveOnly" in service.asked("/jobs")[-1].path


@pytest.mark.parametrize(
    ("flag", "view"), [("--archived-only", "ArchivedOnly"), ("--include-archived", "All")]
)
def test_archived_jobs_are_listed_on_request(
    service: StubService, tmp_path: Path, flag: str, view: str
) -> None:
    service.on("GET", "jobs", {"value": [], "nextLink": None})

    assert [] == bep(service, tmp_path, "job", "list", flag).answer
    assert f"listViewType={view}" in service.asked("/jobs")[-1].path


def test_a_list_is_a_table_on_request(service: StubService, tmp_path: Path) -> None:
    service.on("GET", "jobs", {"value": [arm_job()], "nextLink": None})

    done = bep(service, tmp_path, "job", "list", "-o", "table")

    head, _, row = done.stdout.splitlines()[:3]
    assert ["Name", "DisplayName", "ExperimentName", "Status", "CreatedAt"] == head.split()
    assert [JOB, JOB, "ep", "Completed", "2026-01-02T03:04:05+00:00"] == row.split()


def test_the_steps_of_a_job_are_listed_by_its_name(service: StubService, tmp_path: Path) -> None:
    done = bep(service, tmp_path, "job", "list", "--parent-job-name", JOB, "--query", "[0].name")

    assert CHILD == done.answer


def test_a_list_of_nothing_is_a_wrong_command_line(service: StubService, tmp_path: Path) -> None:
    assert is_refused(bep(service, tmp_path, "job", "list", "-r", "0"), code=2)


def test_a_cancel_waits_until_the_job_is_over(service: StubService, tmp_path: Path) -> None:
    wait = {"Location": f"{service.url}/over", "Retry-After": "0"}
    service.on("POST", f"jobs/{JOB}/cancel", Reply(None, 202, wait))
    service.on("GET", "/over", Reply(None, 202, wait), Reply(None, 200))
    service.on("GET", f"{HISTORY}/runs/{JOB}", {"status": "Canceled"})

    done = bep(service, tmp_path, "job", "cancel", "-n", JOB)

    assert (0, "") == (done.code, done.stdout)
    assert f"Job '{JOB}' is Canceled." in done.stderr
    assert 2 == len(service.asked("/over"))


def test_a_cancel_that_is_refused_has_the_service_s_words(
    service: StubService, tmp_path: Path
) -> None:
    words = {"error": {"code": "Conflict", "message": "Job 'job-1' is Completed. Nothing to do."}}
    service.on("POST", f"jobs/{JOB}/cancel", Reply(words, 409))

    done = bep(service, tmp_path, "job", "cancel", "-n", JOB)

    assert is_refused(done)
    assert "Job 'job-1' is Completed. Nothing to do." in done.stderr


@pytest.mark.parametrize(("verb", "hidden"), [("archive", True), ("restore", False)])
def test_archiving_hides_and_restoring_shows(
    service: StubService, tmp_path: Path, verb: str, *, hidden: bool
) -> None:
    done = bep(service, tmp_path, "job", verb, "-n", JOB)

    assert (0, "", "") == (done.code, done.stdout, done.stderr)
    assert {"hidden": hidden} == service.asked(LABELS)[-1].body


def test_labels_are_set_and_tags_removed(service: StubService, tmp_path: Path) -> None:
    own = ["--set", "tags.team=a=b", "display_name=A name", "--remove", "tags.old"]

    done = bep(service, tmp_path, "job", "update", "-n", JOB, *own, "--set", "description=Why")

    assert JOB == done.answer["name"]
    labels: dict[str, Any] = {"displayName": "A name", "description": "Why"}
    assert labels | {"tags": {"team": "a=b", "old": None}} == service.asked(LABELS)[-1].body


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ((), "Nothing to change was named. Say it by --set."),
        (("--set", "status=Completed"), "'status' of a job cannot be changed."),
        (("--set", "tags."), "--set 'tags.' has no '='."),
        (("--set", "tags=x"), "--set tags='x' is not a JSON object."),
        (("--remove", "description"), "'description' of a job cannot be changed."),
    ],
)
def test_what_cannot_be_set_is_a_wrong_command_line(
    service: StubService, tmp_path: Path, own: tuple[str, ...], sentence: str
) -> None:
    done = bep(service, tmp_path, "job", "update", "-n", JOB, *own)

    assert is_refused(done, code=2)
    assert sentence in done.stderr
    assert [] == service.asked(LABELS)


def test_a_step_has_no_labels(service: StubService, tmp_path: Path) -> None:
    done = bep(service, tmp_path, "job", "archive", "-n", CHILD)

    assert is_refused(done, code=2)
    assert f"Name its job: {JOB}." in done.stderr


def test_creating_a_job_is_refused_with_what_to_do_instead(
    service: StubService, tmp_path: Path
) -> None:
    done = bep(service, tmp_path, "ml", "job", "create", "--file", "job.yml", "--stream")

    assert is_refused(done, code=2)
    assert "'job.yml' describes a job" in done.stderr
    assert "bep batch-endpoint invoke" in done.stderr


@pytest.mark.parametrize("verb", ["show", "stream", "cancel", "download", "receipt", "logs"])
def test_a_variable_without_a_value_is_no_name(
    service: StubService, tmp_path: Path, verb: str
) -> None:
    """`--name "$JOB"` where nothing set JOB."""
    done = bep(service, tmp_path, "job", verb, "--name", "")

    assert is_refused(done, code=2)
    assert "--name '' is empty." in done.stderr
    assert [] == service.seen
