"""Models, data, environments, computes and datastores in files of their own."""

from typing import Any

import pytest

from shared.domain.datastore import StorageAccount
from shared.domain.errors import InvalidRequest
from shared.schemas.arm_computes import read_compute
from shared.schemas.arm_datastores import read_datastore
from shared.schemas.az_yaml.asset_file import asset_spec
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.files import AssetKind, LocalPath
from shared.schemas.az_yaml.resource_file import compute_spec, datastore_spec
from tests.schemas.az_yaml.project import CONDA, Write

PLACE = "azureml://datastores/workspaceblobstore/paths/in"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("models", "path: digits", {"modelType": "custom_model"}),
        ("models", "path: fares", {"modelType": "mlflow_model"}),
        ("models", "local_path: fares", {"modelType": "mlflow_model"}),
        ("models", "path: fares\ntype: custom_model", {"modelType": "custom_model"}),
        ("models", "path: digits\nmodel_format: mlflow", {"modelType": "mlflow_model"}),
        ("models", f"path: {PLACE}\nflavors: {{a: 1}}", None),
        ("data", "path: digits", {"dataType": "uri_folder"}),
        ("data", "path: code/score.py", {"dataType": "uri_file"}),
        ("data", f"path: {PLACE}", {"dataType": "uri_folder"}),
        ("data", f"path: {PLACE}\ntype: uri_file", {"dataType": "uri_file"}),
        ("data", "paths: [{folder: digits}]", {"dataType": "uri_folder"}),
        ("data", f"paths:\n- file: {PLACE}", {"dataType": "uri_file"}),
        ("environments", "conda_file: environment/conda.yml", {"condaFile": CONDA}),
        ("environments", "image: any\nos_type: linux", {"image": "any"}),
    ],
)
def test_an_assets_file_becomes_its_body(
    write: Write, kind: AssetKind, text: str, expected: Any
) -> None:
    spec = asset_spec(load_file(write(f"name: a\nversion: 1.10\n{text}\n")), kind)

    more = {"osType": "Linux"} if kind == "environments" else {}
    wanted = expected or {"flavors": {"a": 1}, "modelType": "custom_model"}
    assert {**wanted, **more} == spec.body["properties"]
    assert ("a", "1.10") == (spec.name, spec.version)
    assert (kind == "environments") == (spec.path is None)


def test_a_local_path_is_absolute_and_knows_where_it_was_written(write: Write) -> None:
    path = write("name: a\npath: digits\n")

    found = asset_spec(load_file(path), "models").path

    assert isinstance(found, LocalPath)
    assert path.parent.resolve() / "digits" == found.path
    assert f"{path}, line 2, column 7" == str(found.position)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("models", "path: digits\nlocal_path: fares", "line 2, column 13.*say the same"),
        ("models", "path: digits\ntype: mlflow", "'type' is 'mlflow'"),
        ("models", "name: a", "'path' is missing"),
        ("data", "path: digits\ntype: mltable", "batch endpoints read no tables"),
        ("data", "path: digits\ntype: uri_file", "'type' is 'uri_file', but .*Write uri_folder"),
        ("data", "paths: [{folder: digits}, {folder: fares}]", "'paths' has 2 elements"),
        ("data", "path: digts", "Did you mean 'digits'?"),
        ("environments", "name: e", "'conda_file' is missing"),
        ("environments", "conda_file: [a]", "'conda_file' is a list"),
        ("environments", "conda_file: digits", "which is a folder. Name a file."),
        ("environments", "image: any\nos_type: Linux", "Did you mean 'linux'?"),
    ],
)
def test_an_assets_file_is_refused_where_it_is_wrong(
    write: Write, kind: AssetKind, text: str, why: str
) -> None:
    with pytest.raises(InvalidRequest, match=why):
        asset_spec(load_file(write(f"{text}\n")), kind)


COMPUTE = """\
name: cpu-cluster
type: amlcompute
size: STANDARD_DS3_v2
tier: low_priority
min_instances: 0
max_instances: '5'
idle_time_before_scale_down: 300
ssh_public_access_enabled: true
ssh_settings: {admin_username: me, admin_password: hidden}
network_settings: {subnet: net}
tags: {team: wine}
"""


def test_a_computes_file_is_what_the_service_reads(write: Write) -> None:
    spec = compute_spec(load_file(write(COMPUTE)))

    compute = read_compute(spec.name, spec.body)

    assert ("cpu-cluster", 0, 5, 300) == (
        compute.name,
        compute.min_nodes,
        compute.max_nodes,
        compute.idle_s,
    )
    assert ("Enabled", {"team": "wine"}) == (compute.remote_login, compute.tags)
    assert "hidden" not in str(spec.body)


def test_a_datastores_credentials_are_sent_and_shown_nowhere(write: Write) -> None:
    text = (
        "name: cellar\ntype: azure_blob\naccount_name: devstoreaccount1\n"
        "container_name: cellar\ncredentials: {account_key: hidden}\n"
    )

    spec = datastore_spec(load_file(write(text)))

    account = StorageAccount(url="http://127.0.0.1:10000/devstoreaccount1")
    assert "cellar" == read_datastore(spec.name, spec.body, account).datastore.container
    assert spec.body["properties"]["credentials"] == {
        "credentialsType": "AccountKey",
        "secrets": {"secretsType": "AccountKey", "key": "hidden"},
    }
    assert "hidden" not in f"{spec} {spec!r}"


def test_a_data_lake_of_a_service_principal_is_read(write: Write) -> None:
    text = (
        "name: lake\ntype: azure_data_lake_gen2\naccount_name: far\nfilesystem: cellar\n"
        "credentials: {tenant_id: t, client_id: c, client_secret: hidden}\n"
    )

    spec = datastore_spec(load_file(write(text)))

    account = StorageAccount(url="http://127.0.0.1:10000/devstoreaccount1")
    requested = read_datastore(spec.name, spec.body, account)
    other = requested.datastore.other
    assert other is not None
    assert "https://far.blob.core.windows.net" == other.url
    assert ("t", "c", "hidden") == (other.tenant, other.client, requested.secret)
    assert "lake:cellar" == requested.datastore.place


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("type: azure_data_lake_gen2\ncontainer_name: c", "'filesystem' is missing"),
        ("type: azure_blob\nfilesystem: c", "'container_name' is missing"),
        (
            "type: azure_blob\ncontainer_name: c\ncredentials: {account_key: k, sas_token: s}",
            "say the same",
        ),
    ],
)
def test_a_datastore_that_says_too_little_or_too_much_is_refused(
    write: Write, lines: str, words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        datastore_spec(load_file(write(f"name: c\naccount_name: a\n{lines}\n")))


def test_a_wrong_credential_is_not_shown(write: Write) -> None:
    text = (
        "name: c\ntype: azure_blob\naccount_name: a\ncontainer_name: c\n"
        "credentials: {account_key: [hidden]}\n"
    )

    with pytest.raises(InvalidRequest, match=r"'credentials\.account_key' is not text") as refused:
        datastore_spec(load_file(write(text)))

    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name: c", "'type' is missing"),
        ("name: c\ntype: kubernetes", "Write amlcompute"),
        ("name: c\ntype: amlcompute\nmax_nodes: 1", "Did you mean 'max_instances'?|known are"),
        ("name: c\ntype: amlcompute\ntier: spot", "Write dedicated or low_priority."),
    ],
)
def test_a_computes_file_is_refused_where_it_is_wrong(write: Write, text: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        compute_spec(load_file(write(text)))


def test_types_are_taken_in_any_case(write: Write) -> None:
    compute = "name: c\ntype: AmlCompute\ntier: Low_Priority"
    account = "account_name: a\ncontainer_name: c"

    assert "AmlCompute" == compute_spec(load_file(write(compute))).body["properties"]["computeType"]
    store = datastore_spec(load_file(write(f"name: d\ntype: Azure_Blob\n{account}")))
    assert "AzureBlob" == store.body["properties"]["datastoreType"]
