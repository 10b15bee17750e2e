"""Dry runs: they start nothing, and count what the job then plans, to the file."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.plan_job import plan
from shared.api.error_responses import to_response
from shared.api.routes import UNBOUND
from shared.application.survey_input import SurveyInput
from shared.domain.errors import AccountRefuses, InvalidRequest, PreflightFailed
from shared.domain.plan import Plan
from shared.domain.task import PlanTask
from shared.preflight import preflight_job
from tests.support.client import Client
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.requests import AT_ONCE, http_request
from tests.support.specs import CONTAINER
from triggers import assets, scoring

MLMODEL = """\
flavors: {python_function: {loader_module: any}}
signature:
  inputs: '[{"name": "x", "type": "double"}, {"name": "n", "type": "integer"}]'
"""
GOOD = b"x,n\n1.5,2\n"
URI = "azureml://datastores/workspaceblobstore/paths/in"
NAMES = ("a", "b c", ".hidden", "_SUCCESS", "deep/er", "x.crc", "é", "0")

type Made = tuple[Client, FaultyBlobs]


@pytest.fixture
def made(make_client: Callable[[], Made]) -> Made:
    client, blobs = make_client()
    blobs.write(CONTAINER, "models/m/MLmodel", MLMODEL.encode())
    client.orchestrations.is_idle = True
    return client, blobs


def body_of(**more: Any) -> Any:
    given = {"input": {"jobInputType": "UriFolder", "uri": URI}}
    return {"properties": {"inputData": given} | more}


def post(client: Client, body: Any, **headers: str) -> Any:
    request = http_request(body, endpoint="wine", role="invoker", headers=headers)
    return scoring.invoke(request, client.services, client.durable)


def dry_run(client: Client, **more: Any) -> Any:
    answer = post(client, body_of(dryRun=True, **more))
    assert 200 == answer.status
    return answer.body["properties"]


def planned(client: Client, **more: Any) -> Plan:
    """The plan of the job that the same invocation starts."""
    job = post(client, body_of(**more)).body["name"]
    return plan(PlanTask(job=job), client.services).plan


def codes(properties: Any) -> list[str]:
    return [one["code"] for one in properties["problems"]]


def test_a_dry_run_starts_nothing_and_says_all_that_would_apply(made: Made) -> None:
    client, blobs = made
    for index in range(25):
        blobs.write(CONTAINER, f"in/{index:02d}.csv", GOOD)
    blobs.write(CONTAINER, "in/deeper/a.csv", GOOD)
    before = list(blobs.list_names("batch-jobs"))

    answer = post(client, body_of(dryRun=True, miniBatchSize=4, compute={"instanceCount": 3}))

    assert (200, "Ready") == (answer.status, answer.body["properties"]["status"])
    properties = answer.body["properties"]
    assert ("wine", "main", "m:1") == tuple(
        properties[name] for name in ("endpointName", "deploymentName", "model")
    )
    assert (4, 3) == (properties["miniBatchSize"], properties["parallelism"])
    files = properties["files"]
    assert (25, 25 * len(GOOD), 7) == (files["total"], files["bytes"], files["mini_batches"])
    skipped = {"reason": "in nested folders", "count": 1, "names": ["deeper/a.csv"]}
    assert ([skipped], 26, True) == (
        files["skipped_by_reason"],
        files["listed"],
        files["is_complete"],
    )
    output = properties["outputData"]["score"]["uri"]
    assert output.endswith("/azureml/{run id}/score/predictions.csv")
    assert before == list(blobs.list_names("batch-jobs"))
    assert {} == client.orchestrations.waiting


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.sets(st.tuples(st.sampled_from(NAMES), st.integers(0, 40)), min_size=1, max_size=60),
    size=st.integers(1, 7),
    sample=st.none() | st.integers(1, 70),
)
def test_the_job_plans_what_its_dry_run_counted(
    make_client: Callable[[], Made],
    names: set[tuple[str, int]],
    size: int,
    sample: int | None,
) -> None:
    """Files, bytes, mini-batches, what is left out and why, of a sample and of the whole."""
    client, blobs = make_client()
    client.orchestrations.is_idle = True
    blobs.write(CONTAINER, "in/always.csv", GOOD)
    for name, index in names:
        blobs.write(CONTAINER, f"in/{name}{index}.csv", b"x" * index)
    more = {"miniBatchSize": size} | ({"sample": sample} if sample else {})

    files = dry_run(client, **more)["files"]
    job = planned(client, **more)

    assert (job.files, job.bytes, job.minibatches, job.skipped) == (
        files["total"],
        files["bytes"],
        files["mini_batches"],
        files["skipped"],
    )
    reasons = (f"{one['count']} {one['reason']}" for one in files["skipped_by_reason"])
    assert job.left_out == ", ".join(reasons)
    of = files["sample_of"]
    assert (job.whole and (job.whole.files, job.whole.bytes)) == (of and (of["files"], of["bytes"]))


def test_when_the_time_is_up_it_says_how_many_were_listed(made: Made) -> None:
    client, blobs = made
    for index in range(100):
        blobs.write(CONTAINER, f"in/{index:03d}.csv", GOOD)
    ticks = iter(range(1000))
    whole = preflight_job(client.services)
    survey = replace(whole.survey, clock=lambda: next(ticks), longest_s=40)
    request = http_request(body_of(dryRun=True), endpoint="wine")
    asked = scoring._read_request(request, client.services, "")

    found = type(whole)(whole.submit, survey, whole.look)(asked).found

    assert (40, 40, False) == (found.files, found.listed, found.is_complete)


def test_everything_that_is_wrong_is_told_at_once(made: Made) -> None:
    client, blobs = made
    for name, content in {
        "a.csv": b"x\n1.5\n",
        "b.csv": b"x;n\n1;2\n",
        "c.txt": b"text",
        "d.csv": b"",
        "e.csv": b"x,n\n1.5,2.5\n",
        "f.csv": b"\x1f\x8bzipped",
        "g.csv": GOOD,
    }.items():
        blobs.write(CONTAINER, f"in/{name}", content)
    output = f"{URI}/a.csv"

    properties = dry_run(client, outputData={"score": {"jobOutputType": "UriFile", "uri": output}})

    assert "Problems" == properties["status"]
    told = {one["file"]: (one["code"], one["message"]) for one in properties["problems"]}
    assert "lacks columns that the model requires: 'n'" in told["a.csv"][1]
    assert "it looks separated by ';'" in told["b.csv"][1]
    assert "(column 'n', row 0)" in told["e.csv"][1]
    assert "compressed by gzip" in told["f.csv"][1]
    assert "the extension '.txt'" in told["c.txt"][1]
    assert {
        "a.csv": "SignatureMismatch",
        "b.csv": "SignatureMismatch",
        "c.txt": "UnsupportedFileType",
        "d.csv": "EmptyFile",
        "e.csv": "SignatureMismatch",
        "f.csv": "UnreadableFile",
        "": "OutputExists",
    } == {file: code for file, (code, _) in told.items()}
    assert ["a.csv", "b.csv", "e.csv", "f.csv", "g.csv"] == properties["lookedAt"]


def test_files_that_fail_alike_are_one_problem(made: Made) -> None:
    client, blobs = made
    for index in range(30):
        blobs.write(CONTAINER, f"in/{index:02d}.csv", b"x\n1\n")

    (problem,) = dry_run(client)["problems"]

    assert "'00.csv' (10 of the 10 files that were looked at): " in problem["message"]


def test_an_input_that_is_not_there_hides_nothing_else(made: Made) -> None:
    client, blobs = made
    blobs.delete(CONTAINER, "models/m/MLmodel")

    assert ["ModelMissing", "InputMissing"] == codes(dry_run(client))


def test_an_input_of_nothing_but_what_is_left_out_says_so(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "in/.hidden.csv", GOOD)

    properties = dry_run(client)

    told = properties["problems"][0]["message"]
    assert "What is there does not count as input: 1 hidden." in told
    (skipped,) = properties["files"]["skipped_by_reason"]
    assert ("hidden", 1, [".hidden.csv"]) == tuple(skipped.values())


def test_a_single_file_is_an_input_too_whatever_it_was_said_to_be(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "in.csv", GOOD)

    given = {"input": {"jobInputType": "UriFolder", "uri": f"{URI}.csv"}}
    properties = dry_run(client, inputData=given)

    assert [] == properties["problems"]
    assert (1, len(GOOD)) == (properties["files"]["total"], properties["files"]["bytes"])
    assert "UriFile" == properties["inputData"]["input"]["jobInputType"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"compute": {"target": "none", "instanceCount": 2}}, "ComputeUnfit"),
        ({"name": "there"}, "JobExists"),
        ({"outputData": {"score": {"uri": f"{URI}/folder/"}}}, "OutputUnusable"),
        ({"outputData": {"score": {"uri": f"{URI}/a.csv"}}}, "OutputExists"),
    ],
)
def test_what_an_invoke_would_be_refused_for_is_a_problem(
    made: Made, more: dict[str, Any], code: str
) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "in/a.csv", GOOD)
    post(client, body_of(name="there"))

    assert [code] == codes(dry_run(client, **more))


def test_a_deployment_that_is_not_made_and_a_script_that_is_gone_are_problems(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "in/a.anything", b"a script may read it")
    blobs.write(CONTAINER, "code/score.py", b"def run(files): ...")
    code = {"properties": {"codeUri": "azureml://datastores/workspaceblobstore/paths/code"}}
    assets.CODES.put(http_request(code, name="c", version="1"), client.services, UNBOUND)
    configuration = {"codeId": client.asset_id("codes", "c"), "scoringScript": "score.py"}
    client.put_deployment("scripted", headers=AT_ONCE, codeConfiguration=configuration)
    client.set_default("scripted")
    blobs.delete(CONTAINER, "code/score.py")

    assert ["DeploymentNotReady", "ScriptMissing"] == codes(dry_run(client))


def test_an_account_that_refuses_is_a_problem_of_the_input(made: Made) -> None:
    client, _ = made

    class Refusing(SurveyInput):
        def __call__(self, *_: object) -> Any:
            raise AccountRefuses("The account refuses.", fix="Give it a role.")

    whole = preflight_job(client.services)
    refusing = replace(whole, survey=Refusing(whole.survey.lister))
    asked = scoring._read_request(http_request(body_of(), endpoint="wine"), client.services, "")

    (problem,) = refusing(asked).problems
    assert ("InputUnreadable", "The account") == (str(problem.code), problem.message[:11])


def test_what_is_wrong_with_the_request_itself_is_refused_as_ever(made: Made) -> None:
    client, _ = made
    with pytest.raises(InvalidRequest, match=r"'properties\.miniBatchSise' is not a field"):
        post(client, body_of(dryRun=True, miniBatchSise=1))
    with pytest.raises(InvalidRequest, match=r"'properties\.sample' is 0"):
        post(client, body_of(dryRun=True, sample=0))


def test_a_preflight_refuses_with_every_problem_and_is_silent_without_any(made: Made) -> None:
    client, blobs = made
    blobs.write(CONTAINER, "in/a.csv", GOOD)
    body, own = body_of(preflight=True, name="mine"), {"repeatability_request-id": "r"}
    assert ["mine", "mine"] == [post(client, body, **own).body["name"] for _ in "ab"]
    blobs.write(CONTAINER, "in/b.txt", b"text")
    blobs.write(CONTAINER, "in/c.csv", b"")

    with pytest.raises(PreflightFailed, match="found 2 problems: 1 file has") as refused:
        post(client, body_of(properties={"batch.preflight": "true"}))
    answer = to_response(refused.value)
    assert (400, "PreflightFailed") == (answer.status, answer.body["error"]["code"])
    assert ["b.txt", "c.csv"] == [one["file"] for one in answer.body["error"]["details"]]
    assert 201 == post(client, body_of()).status
