"""Datastores that are buckets of other clouds: put, named in every form, scored, kept secret."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.views.datastore import datastore_view
from shared.adapters.memory_blobs import MemoryBlobs
from shared.api.routes import UNBOUND
from shared.domain.asset import DataType
from shared.domain.datastore import StorageAccount
from shared.domain.errors import BatchError, InvalidRequest, NotFound
from shared.domain.function_names import PLAN_JOB
from shared.domain.job import JobInput, JobSpec
from shared.domain.resolved_deployment import Location
from shared.elsewhere_settings import PrivateAddresses
from shared.schemas.arm_datastores import read_datastore
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.resource_file import datastore_spec
from shared.services import Services
from shared.stores.manifests import Manifests
from tests.support.bucket_servers import (
    SECRET,
    BucketServer,
    serving_google,
    serving_s3,
)
from tests.support.requests import http_request
from tests.support.services_in_memory import App, rehearse, run_job, services_in_memory
from tests.support.specs import CONTAINER, a_spec
from triggers.datastores import get_datastore, list_secrets, put_datastore

KEY_FILE = {
    "type": "service_account",
    "client_email": "a@b",
    "private_key": "hush",
    "private_key_id": "k",
}
SCHEMES = {"AmazonS3": "s3", "GoogleCloudStorage": "gs"}


@pytest.fixture(scope="module")
def s3() -> Iterator[BucketServer]:
    with serving_s3() as server:
        yield server


@pytest.fixture(scope="module")
def google() -> Iterator[BucketServer]:
    with serving_google() as server:
        yield server


@pytest.fixture(params=["s3", "google"])
def server(request: pytest.FixtureRequest) -> BucketServer:
    found: BucketServer = request.getfixturevalue(request.param)
    for name in ("a.csv", "b.csv", "c.csv"):
        found.put(f"in/{name}", name[0].encode())
    return found


@pytest.fixture
def app(tmp_path: Path) -> App:
    keys, anywhere = ("k" * 32,), PrivateAddresses.ALLOWED
    return services_in_memory(tmp_path, credentials_keys=keys, private_addresses=anywhere)


def put(services: Services, name: str, properties: Any) -> Any:
    request = http_request({"properties": properties}, datastore=name)
    return put_datastore(request, services, UNBOUND).body["properties"]


def predictions(blobs: MemoryBlobs) -> list[str]:
    return blobs.read(CONTAINER, "out/job-1.csv").data.decode().splitlines()


def spec_over(services: Services, uri: str) -> JobSpec:
    location, kind = services.inputs.resolve(uri, target="x")
    kind = services.inputs.check(location, kind or DataType.URI_FOLDER, target="x")
    source = JobInput(name="input", type=kind, uri=uri, location=location)
    return a_spec(mini_batch_size=1).model_copy(update={"input": source})


@pytest.mark.parametrize("form", ["azureml://datastores/far/paths/in/", "{scheme}://box/in/"])
def test_a_job_scores_a_bucket_by_every_form_of_its_name(
    app: App, server: BucketServer, form: str
) -> None:
    services, blobs, _ = app
    put(services, "far", server.properties())

    ending = run_job(spec_over(services, form.format(scheme=SCHEMES[server.kind])), services)

    assert "Completed" == ending["status"]
    assert ["0,a,a.csv", "0,b,b.csv", "0,c,c.csv"] == predictions(blobs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda server: server.put("in/b.csv", b"new"), "changed since the job started"),
        (lambda server: server.delete("in/b.csv"), "deleted since the job started"),
    ],
    ids=["changed", "deleted"],
)
def test_a_file_that_is_another_one_after_planning_fails_alone(
    app: App, server: BucketServer, change: Callable[[BucketServer], None], words: str
) -> None:
    services, blobs, _ = app
    put(services, "far", server.properties())
    rehearsal = rehearse(services)
    plan = rehearsal.activities[PLAN_JOB]

    def plan_then_change(given: Any) -> Any:
        planned = plan(given)
        change(server)
        return planned

    activities = {**rehearsal.activities, PLAN_JOB: plan_then_change}
    spec = spec_over(services, "azureml://datastores/far/paths/in")
    ending = run_job(spec, services, dataclasses.replace(rehearsal, activities=activities))

    assert "Completed" == ending["status"]
    assert ["0,a,a.csv", "0,c,c.csv"] == predictions(blobs)
    errors = [
        json.loads(line)
        for line in blobs.read("batch-jobs", "job-1/errors.jsonl").data.splitlines()
    ]
    assert [("b.csv", True)] == [(one["file"], words in one["message"]) for one in errors]


def test_a_manifest_names_files_of_buckets(app: App, server: BucketServer) -> None:
    services, blobs, _ = app
    put(services, "far", server.properties())
    lines = f"{SCHEMES[server.kind]}://box/in/b.csv\nazureml://datastores/far/paths/in/a.csv\n"
    blobs.write(CONTAINER, "list.txt", lines.encode())

    place = Location(container=CONTAINER, path="list.txt")
    files = list(Manifests(services.blobs, services.inputs).files(place))

    assert [("far:box", "in/b.csv"), ("far:box", "in/a.csv")] == [
        (file.container, file.name) for file in files
    ]


def test_a_bucket_that_no_datastore_opens_is_refused_with_how_to_make_one(app: App) -> None:
    services, _, _ = app
    for uri, kind in (("s3://box/in/", "amazon_s3"), ("gs://box/in", "google_cloud_storage")):
        with pytest.raises(NotFound, match=rf"'box', which no datastore opens.*type {kind}"):
            services.inputs.resolve(uri, target="x")


def test_a_secret_is_kept_sealed_answered_never_and_need_not_be_sent_again(
    app: App, s3: BucketServer
) -> None:
    services, blobs, _ = app
    s3.put("in/a.csv", b"a")
    answer = put(services, "far", s3.properties())
    shown = get_datastore(http_request(datastore="far"), services, UNBOUND).body["properties"]
    kept = blobs.read("batch-registry", "datastores/far.json").data

    assert SECRET not in f"{answer}{shown}{kept!r}"
    assert {"credentialsType": "AccessKey", "accessKeyId": "access-one"} == shown["credentials"]
    put(services, "far", shown | {"description": "ours"})
    location, _ = services.inputs.resolve("s3://box/in/a.csv", target="x")
    assert b"a" == services.blobs.read(location.container, location.path).data
    with pytest.raises(InvalidRequest, match="AccessKey, without a secret"):
        put(services, "another", shown)


def test_a_key_that_the_cloud_refuses_is_told_with_the_datastore(
    app: App, s3: BucketServer
) -> None:
    services, _, _ = app
    wrong = s3.properties()
    wrong["credentials"]["secrets"]["secretAccessKey"] = "another"
    put(services, "far", wrong)
    location, _ = services.inputs.resolve("s3://box/in/", target="x")

    with pytest.raises(InvalidRequest, match=r"Datastore 'far'.*403"):
        services.inputs.check(location, DataType.URI_FOLDER, target="x")


def test_nothing_is_written_to_a_bucket_and_no_sas_opens_it(app: App, server: BucketServer) -> None:
    services, _, _ = app
    put(services, "far", server.properties())

    with pytest.raises(InvalidRequest, match="nothing is written there"):
        services.blobs.write("far:box", "out.csv", b"1")
    with pytest.raises(BatchError, match="bucket of another cloud"):
        list_secrets(http_request(datastore="far"), services, UNBOUND)


ACCOUNT = StorageAccount(url="https://own.blob.core.windows.net")


def test_the_clouds_own_servers_need_no_endpoint() -> None:
    def url(**more: str) -> str:
        other = read_datastore("far", {"properties": {"bucketName": "box", **more}}, ACCOUNT)
        assert other.datastore.other is not None
        return other.datastore.other.url

    assert "https://s3.us-east-1.amazonaws.com" == url(datastoreType="AmazonS3")
    china = url(datastoreType="AmazonS3", region="cn-north-1")
    assert "https://s3.cn-north-1.amazonaws.com.cn" == china
    assert "https://storage.googleapis.com" == url(datastoreType="googlecloudstorage")


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"bucketName": "a/b"}, "'a/b' is no bucket's name"),
        ({"region": "x.evil.org/"}, "'x.evil.org/' is no region"),
        ({"credentials": {"credentialsType": "Sas"}}, "'properties.credentials.credentialsType'"),
        ({"credentials": {"credentialsType": "AccessKey"}}, "accessKeyId' is missing"),
        ({"regoin": "x"}, "'properties.regoin' is not a field"),
        ({"datastoreType": "GoogleCloudStorage", "region": "x"}, "'properties.region' is not"),
    ],
    ids=["bucket", "region", "by a SAS", "no id", "a slip", "no region there"],
)
def test_what_is_no_bucket_is_refused_by_name(properties: Any, problem: str) -> None:
    body = {"datastoreType": "AmazonS3", "bucketName": "box", **properties}
    with pytest.raises(InvalidRequest) as refused:
        read_datastore("far", {"properties": body}, ACCOUNT)
    assert problem in str(refused.value)


def test_a_key_file_that_is_none_is_refused_without_repeating_it() -> None:
    secrets = {"serviceAccountKey": json.dumps({**KEY_FILE, "client_email": 1})}
    given = {"credentialsType": "ServiceAccountKey", "secrets": secrets}
    body = {"datastoreType": "GoogleCloudStorage", "bucketName": "box", "credentials": given}
    with pytest.raises(InvalidRequest, match="no key of a service account") as refused:
        read_datastore("far", {"properties": body}, ACCOUNT)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("endpoint", ["http://s3.example.org", "https://10.1.2.3", "https://a@b.c"])
def test_an_endpoint_that_could_never_be_called_is_refused_when_it_is_put(
    tmp_path: Path, endpoint: str
) -> None:
    services, _, _ = services_in_memory(tmp_path)
    given = {"datastoreType": "AmazonS3", "bucketName": "box", "endpoint": endpoint}
    with pytest.raises(InvalidRequest) as refused:
        put(services, "far", given)
    assert "properties.endpoint" == refused.value.target


S3_FILE = """\
name: far
type: amazon_s3
bucket: box
region: eu-west-1
credentials: {access_key_id: A, secret_access_key: B, session_token: C}
"""
GOOGLE_FILE = f"""\
name: far
type: google_cloud_storage
bucket: box
credentials:
  service_account_key: '{json.dumps(KEY_FILE)}'
"""


@pytest.mark.parametrize(
    ("text", "kind"), [(S3_FILE, "amazon_s3"), (GOOGLE_FILE, "google_cloud_storage")]
)
def test_a_yaml_file_says_the_same(app: App, tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "far.yml").write_text(text)
    services, _, _ = app
    body = datastore_spec(load_file(tmp_path / "far.yml")).body
    answer = put_datastore(http_request(body, datastore="far"), services, UNBOUND).body

    view = datastore_view(answer)
    assert (kind, "box") == (view["type"], view["bucket"])
    assert "hush" not in str(answer)


def test_a_yaml_file_without_its_bucket_says_so(tmp_path: Path) -> None:
    (tmp_path / "far.yml").write_text("name: far\ntype: amazon_s3\n")
    with pytest.raises(InvalidRequest, match="'bucket' is missing"):
        datastore_spec(load_file(tmp_path / "far.yml"))
