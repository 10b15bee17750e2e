"""Every spelling of a reference, in every place that takes one."""

from typing import Any

import pytest

from shared.api.http import Request, Response
from shared.api.routes import UNBOUND
from shared.domain.errors import BatchError, Conflict, InvalidRequest, NotFound
from tests.support.client import Client
from tests.support.requests import AT_ONCE, WORKSPACE, http_request
from tests.support.services_in_memory import ACCOUNT_URL
from tests.support.specs import CONTAINER
from triggers import assets, scoring

SUBSCRIPTION, GROUP, NAME = WORKSPACE.values()
ARM = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/"
    f"Microsoft.MachineLearningServices/workspaces/{NAME}"
)
LONG = f"azureml://subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}/workspaces/{NAME}"
LOCATED = f"azureml://locations/anywhere/workspaces/{NAME}"
HOLDERS = (ARM, f"azureml:{ARM}", LONG, LOCATED)

DATASTORE_PATHS = (
    "azureml://datastores/workspaceblobstore/paths/{}",
    *(f"{holder}/datastores/workspaceblobstore/paths/{{}}" for holder in HOLDERS),
)
URL = f"{ACCOUNT_URL}/{CONTAINER}/{{}}"
FILES = (*DATASTORE_PATHS, URL)


def asset_forms(kind: str, name: str) -> tuple[str, ...]:
    own = [f"{holder}/{kind}/{name}" for holder in HOLDERS]
    tails = ("/versions/1", "/labels/latest", "/versions/labels/latest")
    long = [one + tail for one in own for tail in tails]
    return (f"azureml:{name}:1", f"azureml:{name}@latest", *long)


DATA = asset_forms("data", "d")


@pytest.fixture
def full(client: Client) -> Client:
    """A client; a folder `in` of one file, data `d` over it, a code `c`, an environment `e`."""
    client.orchestrations.is_idle = True
    client.services.blobs.write(CONTAINER, "in/a.csv", b"x")
    client.services.blobs.write(CONTAINER, "code/score.py", b"x")
    put(client, "data", "d", dataUri=FILES[0].format("in"))
    put(client, "codes", "c", codeUri=FILES[0].format("code"))
    put(client, "environments", "e", condaFile="dependencies: []\n")
    return client


KINDS: dict[str, assets.Assets[Any]] = {
    "models": assets.MODELS,
    "data": assets.DATA,
    "codes": assets.CODES,
    "environments": assets.ENVIRONMENTS,
}
URI_FIELDS = {"models": "modelUri", "data": "dataUri", "codes": "codeUri"}


def put(client: Client, kind: str, name: str, **properties: Any) -> Response:
    return KINDS[kind].put(
        http_request({"properties": properties}, name=name, version="1"), client.services, UNBOUND
    )


def invoke(client: Client, uri: str, kind: str = "UriFolder", **more: Any) -> Any:
    given = {"input": {"jobInputType": kind, "uri": uri}}
    return post(client, {"inputData": given, **more})


def post(client: Client, properties: Any) -> Any:
    request: Request = http_request({"properties": properties}, endpoint="wine")
    return scoring.invoke(request, client.services, client.durable).body["properties"]


@pytest.mark.parametrize("form", [*(form.format("in") for form in FILES), *DATA])
def test_an_input(full: Client, form: str) -> None:
    shown = invoke(full, form)["inputData"]["input"]

    assert {"jobInputType": "UriFolder", "uri": form} == shown


@pytest.mark.parametrize("form", [form.format("in/a.csv") for form in FILES])
@pytest.mark.parametrize("declared", ["UriFolder", "UriFile"])
def test_an_input_that_is_a_file_whatever_it_is_called(
    full: Client, form: str, declared: str
) -> None:
    """What is said of it afterwards is what it is."""
    assert "UriFile" == invoke(full, form, declared)["inputData"]["input"]["jobInputType"]


@pytest.mark.parametrize("form", FILES)
def test_the_articles_input(full: Client, form: str) -> None:
    """A folder and a file: its body says nothing of which."""
    for path, kind in (("in", "UriFolder"), ("in/a.csv", "UriFile")):
        dataset = {"dataInputType": "DataUrl", "Path": form.format(path)}

        assert kind == post(full, {"dataset": dataset})["inputData"]["dataset"]["jobInputType"]


@pytest.mark.parametrize("form", DATA)
def test_the_articles_data_asset(full: Client, form: str) -> None:
    dataset = {"dataInputType": "DatasetId", "datasetId": form}

    assert form == post(full, {"dataset": dataset})["inputData"]["dataset"]["uri"]


@pytest.mark.parametrize("form", [form.format("out/p.csv") for form in DATASTORE_PATHS])
def test_an_output(full: Client, form: str) -> None:
    output = {"score": {"jobOutputType": "UriFile", "uri": form}}

    shown = invoke(full, FILES[0].format("in"), outputData=output)

    assert form == shown["outputData"]["score"]["uri"]
    full.services.blobs.write(CONTAINER, "out/p.csv", b"")
    with pytest.raises(Conflict, match="exists"):
        invoke(full, FILES[0].format("in"), outputData=output)


@pytest.mark.parametrize(
    "form", ["workspaceblobstore", *(f"{one}/datastores/workspaceblobstore" for one in HOLDERS)]
)
def test_the_articles_output(full: Client, form: str) -> None:
    dataset = {"dataInputType": "DataUrl", "path": FILES[0].format("in")}

    shown = post(full, {"dataset": dataset, "outputDataset": {"datastoreId": form, "path": "o"}})

    assert FILES[0].format("o/predictions.csv") == shown["outputData"]["score"]["uri"]


@pytest.mark.parametrize("kind", URI_FIELDS)
@pytest.mark.parametrize("form", [form.format("in") for form in FILES])
def test_where_an_assets_files_lie(full: Client, kind: str, form: str) -> None:
    answer = put(full, kind, "new", **{URI_FIELDS[kind]: form})

    assert form == answer.body["properties"][URI_FIELDS[kind]]


@pytest.mark.parametrize("kind", URI_FIELDS)
def test_a_data_asset_where_an_assets_files_are_asked_for(full: Client, kind: str) -> None:
    """Its own address is kept: that it means the same files for ever."""
    for form in DATA:
        answer = put(full, kind, "new", **{URI_FIELDS[kind]: form})

        assert FILES[0].format("in") == answer.body["properties"][URI_FIELDS[kind]]


@pytest.mark.parametrize("form", asset_forms("models", "m"))
def test_a_deployments_model(full: Client, form: str) -> None:
    answer = full.put_deployment(
        "new", headers=AT_ONCE, model={"referenceType": "Id", "assetId": form}
    )

    assert full.asset_id("models", "m") == answer.body["properties"]["model"]["assetId"]


@pytest.mark.parametrize("form", asset_forms("codes", "c"))
def test_a_deployments_code(full: Client, form: str) -> None:
    code = {"codeId": form, "scoringScript": "score.py"}

    answer = full.put_deployment("new", headers=AT_ONCE, codeConfiguration=code)

    shown = answer.body["properties"]["codeConfiguration"]
    assert full.asset_id("codes", "c") == shown["codeId"]


@pytest.mark.parametrize("form", asset_forms("environments", "e"))
def test_a_deployments_environment(full: Client, form: str) -> None:
    answer = full.put_deployment("new", headers=AT_ONCE, environmentId=form)

    assert full.asset_id("environments", "e") == answer.body["properties"]["environmentId"]


@pytest.mark.parametrize(
    ("target", "properties"),
    [
        ("properties.model.assetId", {"model": {"referenceType": "Id", "assetId": "azureml:x:1"}}),
        ("properties.environmentId", {"environmentId": "azureml:x:1"}),
        ("properties.environmentId", {"environmentId": "azureml:AzureML-x:1"}),
        (
            "properties.codeConfiguration.codeId",
            {"codeConfiguration": {"codeId": "azureml:x@latest", "scoringScript": "score.py"}},
        ),
    ],
)
def test_a_deployment_that_names_what_is_not_there_is_told_the_field(
    full: Client, target: str, properties: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        full.put_deployment("new", **properties)

    assert target == refusal.value.target


def test_an_input_that_is_not_there_is_told_the_field_and_the_names(full: Client) -> None:
    with pytest.raises(
        NotFound, match=r"'dd:1'\. The names that are registered are: d\."
    ) as refusal:
        invoke(full, "azureml:dd:1")

    assert "properties.inputData.input.uri" == refusal.value.target


OTHERS = (
    ARM.replace(f"workspaces/{NAME}", "workspaces/other"),
    LONG.replace(SUBSCRIPTION, "other"),
    LOCATED.replace(f"workspaces/{NAME}", "workspaces/other"),
)


@pytest.mark.parametrize("holder", OTHERS)
@pytest.mark.parametrize("rest", ["datastores/workspaceblobstore/paths/in", "data/d/versions/1"])
def test_what_is_in_another_workspace_is_not_taken_for_ones_own(
    full: Client, holder: str, rest: str
) -> None:
    with pytest.raises(NotFound, match="another workspace"):
        invoke(full, f"{holder}/{rest}")
    with pytest.raises(NotFound, match="another workspace"):
        put(full, "models", "new", modelUri=f"{holder}/{rest}")


@pytest.mark.parametrize("kind", URI_FIELDS)
def test_a_path_that_no_blob_can_have_is_refused_when_it_is_put(full: Client, kind: str) -> None:
    for form in FILES:
        for path in ("a/../in", "./in", "in//a", "in\\a", "%2e%2e/in"):
            with pytest.raises(InvalidRequest, match="not the path"):
                put(full, kind, "new", **{URI_FIELDS[kind]: form.format(path)})


SIGNED = f"{URL.format('in')}?sv=2024&sig=signature%3D"
WITH_PASSWORD = URL.format("in").replace("://", "://ada:pass-word@")


@pytest.mark.parametrize("kind", URI_FIELDS)
def test_no_document_keeps_a_signature(full: Client, kind: str) -> None:
    """Not beside the address either, where nobody looks at it."""
    kept = {"jobName": SIGNED} if kind == "models" else {}

    put(full, kind, "new", **{URI_FIELDS[kind]: SIGNED}, **kept, properties={"from": SIGNED})
    invoke(full, SIGNED)

    for text in everything_kept(full):
        assert "signature%3D" not in text


@pytest.mark.parametrize("field", ["uri", "other"])
@pytest.mark.parametrize("kind", URI_FIELDS)
def test_a_password_is_refused_wherever_it_would_be_kept(
    full: Client, kind: str, field: str
) -> None:
    uri = WITH_PASSWORD if field == "uri" else FILES[0].format("in")
    other = {} if field == "uri" else {"properties": {"from": WITH_PASSWORD}}

    check_refused(lambda: put(full, kind, "new", **{URI_FIELDS[kind]: uri}, **other))


def test_a_password_is_refused_in_inputs_outputs_and_datastores(full: Client) -> None:
    output = {"score": {"jobOutputType": "UriFile", "uri": WITH_PASSWORD}}
    dataset = {"dataInputType": "DataUrl", "Path": WITH_PASSWORD}

    check_refused(lambda: invoke(full, WITH_PASSWORD))
    check_refused(lambda: invoke(full, FILES[0].format("in"), outputData=output))
    check_refused(lambda: post(full, {"dataset": dataset}))


def check_refused(act: Any) -> None:
    with pytest.raises(InvalidRequest, match="user name or password") as refusal:
        act()
    assert "pass-word" not in str(refusal.value)


def test_an_empty_path_is_told_what_to_give(full: Client) -> None:
    with pytest.raises(BatchError) as refusal:
        post(full, {"dataset": {"dataInputType": "DataUrl", "Path": ""}})

    assert (
        "'properties.dataset.path' is missing. Give it a value such as "
        "azureml://datastores/workspaceblobstore/paths/my-folder."
    ) == str(refusal.value)


def everything_kept(client: Client) -> list[str]:
    blobs = client.services.blobs
    return [
        blobs.read(container, name).data.decode()
        for container in ("batch-registry", "batch-jobs")
        for name in blobs.list_names(container, "")
    ]
