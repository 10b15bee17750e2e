"""References: every shape that Azure ML's clients send, and nothing that climbs out."""

import re
import time
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

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
    parse_datastore,
    parse_datastore_path,
    parse_input,
    unsigned,
    without_signature,
)

WORKSPACE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
)

SHORT = "azureml://subscriptions/s/resourcegroups/g/workspaces/w"
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
        (f"{WORKSPACE}/datastores/ds/paths/a/b.csv", "ds", "a/b.csv"),
        (f"azureml:{WORKSPACE}/datastores/ds/paths/folder/", "ds", "folder/"),
        (f"azureml:/{WORKSPACE}/datastores/ds/paths/a", "ds", "a"),
        ("azureml://locations/l/workspaces/w/datastores/ds/paths/a", "ds", "a"),
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
        (ARM.replace("versions/3", "versions/labels/latest"), "@latest"),
        (ARM.replace("versions/3", "labels/latest"), "@latest"),
        (f"{SHORT}/data/iris/versions/3", "3"),
        (f"{SHORT}/data/iris/versions/labels/latest", "@latest"),
        (f"{SHORT}/data/iris/labels/latest", "@latest"),
        ("azureml://locations/l/workspaces/w/data/iris/versions/3", "3"),
        ("azureml://locations/l/workspaces/w/data/iris/versions/labels/latest", "@latest"),
    ],
)
def test_a_data_asset_is_read(text: str, version: str) -> None:
    assert AssetId(name="iris", version=version) == parse_input(text, target="uri")


def test_a_url_is_read_and_its_signature_is_shown_nowhere() -> None:
    url = "https://acc.blob.core.windows.net/box/a%20b/c.csv?sv=1&sig=secret"

    reference = parse_input(url, target="uri")

    assert reference == BlobUrl(
        host="acc.blob.core.windows.net", path="/box/a b/c.csv", query="sv=1&sig=secret"
    )
    assert "secret" not in f"{reference} {reference!r}"


def test_an_emulators_account_may_bear_azures_suffix_behind_its_number_sign() -> None:
    """As scripts put addresses together: protocol, account, `.blob.`, endpoint, container."""
    url = "http://127.0.0.1:10000/acc#.blob.core.windows.net/box/a%20b/c.csv?sig=secret"

    assert parse_input(url, target="uri") == BlobUrl(
        host="127.0.0.1:10000", path="/acc/box/a b/c.csv", scheme="http", query="sig=secret"
    )
    assert "http://127.0.0.1:10000/acc/box/a%20b/c.csv" == unsigned(url)
    assert "https://acc.blob.core.windows.net/box" == unsigned(
        "https://acc.blob.core.windows.net/box#/other"
    )


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


def test_a_refused_address_of_a_model_speaks_of_a_model() -> None:
    with pytest.raises(InvalidRequest, match="model") as refusal:
        parse_input("runs:/1/model", target="properties.modelUri", noun="a model")

    assert "'runs:/1/model' is not the address of a model." in str(refusal.value)
    assert "input" not in str(refusal.value)


SECRETS = [
    "https://ada:hush-hush@acc.blob.core.windows.net/box/a",
    "https://hush-hush@acc/box/a",
    "HTTP://ada:hush-hush@[::1/a",
    "https://ada:hush/hush@acc/box?sig=hush-hush",
    "https://ada:hush?hush@acc/box",
    "https:/\\ada:hush-hush@acc/box",
    "ftp://ada:hush-hush@acc/box",
    "azureml://ada:hush-hush@datastores/ds/paths/a",
    "azureml://datastores/ds/paths/a?sv=1&sig=hush-hush",
    "nonsense?sig=hush-hush",
]


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("parse", [parse_input, parse_datastore_path, parse_datastore])
def test_a_refusal_never_repeats_what_may_be_secret(parse: Any, text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse(text, target="uri")

    assert "hush" not in str(refusal.value)


PARSERS: list[Any] = [parse_input, parse_datastore_path, parse_datastore, parse_compute]


@pytest.mark.parametrize("begin", ["", "http://", "azureml:", "azureml://", "azureml:/"])
@pytest.mark.parametrize("again", ["/", "\\", "//", "/@", "@/", "a/", "datastores/", "azureml:"])
def test_no_reference_holds_anybody_up(begin: str, again: str) -> None:
    """As long as a field may be: read, and where it is refused, shown without its secrets."""
    text = begin + again * (65_000 // len(again))
    began = time.process_time()

    for parse in PARSERS:
        with suppress(InvalidRequest):
            parse(text, target="uri")
    with pytest.raises(InvalidRequest):
        parse_asset(text, "models", target="uri")

    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ftp://u:hush@host/box", "ftp://***@host/box"),
        ("ftp:/\\u:hush@h@host", "ftp://***@host"),
        ("box/u:hush@host?sig=hush", "box//***@host"),
        ("name@host/box", "name@host/box"),
    ],
)
def test_what_is_refused_is_shown_without_its_user(text: str, shown: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(f"'{shown}'")):
        parse_input(text, target="uri")


def test_a_url_with_a_user_is_told_to_leave_it_out() -> None:
    with pytest.raises(InvalidRequest, match="user name or password"):
        parse_input(SECRETS[0], target="uri")


BAD_PATHS = ["a/../b", "..", "./a", "a/.", "a//b", "a\\b", "%2e%2e/a", "a/%2E", "a\x00b", "a\x7f"]
BAD_PATHS += ["a" * 1025]


@pytest.mark.parametrize("path", BAD_PATHS)
@pytest.mark.parametrize(
    "form",
    [
        "azureml://datastores/ds/paths/{}",
        f"{WORKSPACE}/datastores/ds/paths/{{}}",
        f"{SHORT}/datastores/ds/paths/{{}}",
        "https://acc.blob.core.windows.net/box/{}",
    ],
)
def test_a_path_that_no_blob_can_have_is_refused_when_it_is_read(form: str, path: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_input(form.format(path), target="uri")

    assert "uri" == refusal.value.target


@pytest.mark.parametrize("path", ["a%2F..%2Fb", "a%5Cb", "a%00b", "%252e%252e/a", "a%2F%2Fb"])
def test_a_urls_path_is_judged_as_it_is_decoded(path: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_input(f"https://acc.blob.core.windows.net/box/{path}", target="uri")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://acc/box/a?sv=1&sig=secret", "https://acc/box/a"),
        ("https://acc/box/a#sv=1&sig=secret", "https://acc/box/a"),
        ("azureml://datastores/ds/paths/what?.csv", "azureml://datastores/ds/paths/what?.csv"),
    ],
)
def test_a_kept_reference_has_no_signature(text: str, kept: str) -> None:
    assert kept == unsigned(text) == without_signature(text)


def test_only_a_signed_url_loses_its_query() -> None:
    assert "https://elsewhere/?page=2" == without_signature("https://elsewhere/?page=2")


@pytest.mark.parametrize(
    "text",
    ["ds", "azureml:ds", f"{WORKSPACE}/datastores/ds", f"azureml:{WORKSPACE}/datastores/ds/"],
)
def test_a_datastore_is_named_by_itself_or_its_id(text: str) -> None:
    assert "ds" == parse_datastore(text, target="datastoreId")


def test_a_refusal_does_not_repeat_a_signature() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parse_datastore_path("https://acc/x?sig=secret", target="uri")

    assert "secret" not in str(refusal.value)


def test_a_model_is_not_data() -> None:
    with pytest.raises(InvalidRequest, match="models"):
        parse_asset(ARM, "models", target="model")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_raises_nothing_else(text: str) -> None:
    try:
        parse_input(text, target="uri")
    except InvalidRequest:
        return


@given(
    st.from_regex(r"[a-z]{1,10}", fullmatch=True),
    st.lists(
        st.from_regex(r"[\w .%#+-]*\w", fullmatch=True).filter(
            lambda part: not set(unquote(part).split("/")) & {".", ".."}
        ),
        min_size=1,
        max_size=4,
    ),
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
