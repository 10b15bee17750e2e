"""Versioned assets: models and data, immutable once registered."""

from enum import StrEnum

from shared.domain.message import NO_TAGS, Message, Tags


class AssetId(Message):
    """Which version of which asset."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


class ModelType(StrEnum):
    CUSTOM = "custom_model"
    MLFLOW = "mlflow_model"
    TRITON = "triton_model"


class DataType(StrEnum):
    URI_FILE = "uri_file"
    URI_FOLDER = "uri_folder"


class Model(Message):
    """A registered model: a folder (or file) in a datastore. A folder with an MLmodel is MLflow."""

    id: AssetId
    uri: str
    type: ModelType = ModelType.CUSTOM
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS


class Data(Message):
    """A registered data asset: an address with a name."""

    id: AssetId
    uri: str
    type: DataType = DataType.URI_FOLDER
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS
