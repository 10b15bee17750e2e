"""An asset's words may change; what it is may not."""

import pytest

from shared.domain.asset import AssetId, Data, DataType, Model, ModelType
from shared.domain.message import JSON
from shared.domain.resolved_deployment import Location

IRIS = Model(id=AssetId(name="iris", version="1"), uri="azureml://datastores/d/paths/iris")


@pytest.mark.parametrize(
    "words",
    [
        {"description": "new"},
        {"tags": {"a": "b"}},
        {"properties": {"a": "b"}},
        {"is_archived": True},
        {"is_anonymous": True},
        {"extras": {"stage": "Production"}},
    ],
)
def test_words_are_not_what_it_is(words: dict[str, JSON]) -> None:
    assert IRIS.content == IRIS.model_copy(update=words).content


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "azureml://datastores/d/paths/other"},
        {"type": ModelType.MLFLOW},
        {"id": AssetId(name="iris", version="2")},
        {"extras": {"flavors": {"sklearn": {}}}},
    ],
)
def test_everything_else_is(change: dict[str, JSON]) -> None:
    assert IRIS.content != IRIS.model_copy(update=change).content


def test_an_asset_reads_back_as_written() -> None:
    data = Data(id=AssetId(name="in", version="3"), uri="u", type=DataType.URI_FILE)

    assert data == Data.from_wire(data.to_wire())
    assert "in:3" == str(data.id)


@pytest.mark.parametrize(
    ("path", "inside"), [("", "f.csv"), ("in", "in/f.csv"), ("in/deep", "in/deep/f.csv")]
)
def test_a_name_inside_a_folder_or_a_whole_container(path: str, inside: str) -> None:
    assert inside == Location(container="box", path=path).inside("f.csv")
