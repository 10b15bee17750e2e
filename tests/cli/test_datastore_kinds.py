"""Datastores of both kinds, and of other accounts, among those that commands look through."""

from typing import Any

import jmespath
import pytest

from cli.storage.container import account_url, container_of
from cli.tables.assets import _DATASTORES
from cli.views.datastore import datastore_view

BLOB = {"datastoreType": "AzureBlob", "containerName": "box", "accountName": "far"}
LAKE = {"datastoreType": "AzureDataLakeGen2", "filesystem": "box", "accountName": "far"}


def of(properties: dict[str, str], **more: str) -> Any:
    common = {"endpoint": "core.windows.net", "protocol": "https"}
    return {"id": "/x", "name": "one", "properties": {**common, **properties, **more}}


@pytest.mark.parametrize(
    ("properties", "kind", "field"),
    [(BLOB, "azure_blob", "container_name"), (LAKE, "azure_data_lake_gen2", "filesystem")],
)
def test_a_container_goes_by_the_name_that_its_kind_has_for_it(
    properties: dict[str, str], kind: str, field: str
) -> None:
    view = datastore_view(of(properties))

    assert (kind, "box") == (view["type"], view[field])
    assert "box" == container_of(of(properties)["properties"])
    assert "box" == jmespath.search(_DATASTORES, [view])[0]["container"]


@pytest.mark.parametrize(
    ("protocol", "scheme"),
    [("https", "https"), ("wasbs", "https"), ("abfss", "https"), ("http", "http")],
)
def test_an_account_is_reached_by_http_only_where_it_says_so(protocol: str, scheme: str) -> None:
    properties = of(LAKE, protocol=protocol)["properties"]

    assert f"{scheme}://far.blob.core.windows.net" == account_url(properties)
