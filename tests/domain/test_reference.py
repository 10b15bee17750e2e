"""References: every shape that Azure ML's clients send, and nothing that climbs out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.asset import AssetId
from shared.domain.errors import InvalidRequest
from shared.domain.reference import (
    BlobUrl,
    DatastorePath,
    parse_asset,
    parse_compute,
    parse_datastore_path,
    parse_input,
    parse_place,
)

WORKSPACE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
)

LONG = "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/ds/paths/a/b.csv"
ARM = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
    "/data/iris/versions/3"
)


@pytest.mark.parametrize(
    ("text", "datastore", "path"),
    [
        ("azureml://datastores/ds/paths/a/b.csv", "ds", "a/b.csv"),
        ("azureml://datastores/ds/paths//out/o.csv", "ds", "out/o.csv"),
        ("azureml://datastores/ds/paths/folder/", "ds", "folder/"),
        ("azureml://datastores/ds/paths/", "ds", ""),
        (LONG, "ds", "a/b.csv"),
        (LONG.replace("resourcegroups", "resourceGroups"), "ds", "a/b.csv"),
    ],
)
def test_a_datastore_path_is_read(text: str, datastore: str, path: str) -> None:
    assert DatastorePath(datastore=datastore, path=path) == parse_input(text, target="uri")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("azureml:iris:3", "3"),
        ("azureml:iris@latest", "@latest"),
        (ARM, "3"),
        (f"azureml:{ARM}", "3"),
    ],
)
def test_a_data_asset_is_read(text: str, version: str) -> None:
    assert AssetId(name="iris", version=version) == parse_input(text, target="uri")


def test_a_url_is_read_without_its_signature() -> None:
    url = "https://acc.blob.core.windows.net/box/a%20b/c.csv?sv=1&sig=secret"

    reference = parse_input(url, target="uri")

    assert BlobUrl(host="acc.blob.core.windows.net", path="/box/a b/c.csv") == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "C:\\data",
        "azureml://datastores/ds/path/a",
        "ftp://h/x",
        "azureml:iris",
        "azureml://datastores/ds/paths/a/../b",
        "azureml://datastores/ds/paths/a\0b",
        "azureml://datastores/ds/paths/a\\b",
        "http://[::1",
        ARM.replace("/data/", "/models/"),
    ],
)
def test_anything_else_is_refused_with_the_shapes_that_work(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_input(text, target="properties.inputData.x.uri")

    assert "properties.inputData.x.uri" == refusal.value.target


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("runs:/1/model", "'runs:/1/model' is not the address of a model."),
        ("azureml:iris:1", "'azureml:iris:1' names an asset, not where the files of a model lie."),
        (ARM, "names an asset, not where the files of a model lie."),
    ],
)
def test_a_refused_address_of_a_model_speaks_of_a_model(text: str, told: str) -> None:
    with pytest.raises(InvalidRequest, match="model") as refusal:
        parse_place(text, target="properties.modelUri", noun="a model")

    assert told in str(refusal.value)
    assert "input" not in str(refusal.value)
    assert "azureml:<data>" not in str(refusal.value)


def test_a_refusal_does_not_repeat_a_signature() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_datastore_path("https://acc/x?sig=secret", target="uri")

    assert "secret" not in str(refusal.value)


def test_a_model_is_not_data() -> None:
    with pytest.raises(InvalidRequest, match="models"):
        parse_asset(ARM, "models", target="model")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse_input(text, target="uri")
    except InvalidRequest:
        return


@given(
    st.from_regex(r"[a-z]{1,10}", fullmatch=True),
    st.lists(st.from_regex(r"[\w .%#+-]*\w", fullmatch=True), min_size=1, max_size=4),
)
def test_a_datastore_path_reads_back_as_written(datastore: str, parts: list[str]) -> None:
    path = DatastorePath(datastore=datastore, path="/".join(parts))

    assert path == parse_datastore_path(str(path), target="uri")


@pytest.mark.parametrize(
    "text",
    [
        f"{WORKSPACE}/computes/azureml:cpu",
        f"azureml:{WORKSPACE}/computes/cpu",
        "azureml:cpu",
        "cpu",
    ],
)
def test_a_compute_is_found_by_each_of_the_clients_spellings(text: str) -> None:
    assert "cpu" == parse_compute(text, target="compute")


def test_a_model_is_found_though_the_client_left_the_prefix_in_its_id() -> None:
    text = f"{WORKSPACE}/models/azureml:wine/versions/2"

    assert AssetId(name="wine", version="2") == parse_asset(text, "models", target="model")
