"""Versioned assets: models, data, code and environments; immutable once registered."""

from enum import StrEnum

from shared.domain.message import JSON, NO_EXTRAS, NO_TAGS, Extras, Message, Tags


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


WORDS = {"description", "tags", "properties", "is_anonymous", "is_archived"}
EXTRA_WORDS = {"stage", "autoDeleteSetting"}


class Asset(Message):
    """What every asset has. Its words may change, what it is may not."""

    id: AssetId
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS
    is_anonymous: bool = False
    is_archived: bool = False
    extras: Extras = NO_EXTRAS

    @property
    def content(self) -> dict[str, JSON]:
        """What the asset is, without the words that describe it."""
        content: dict[str, JSON] = self.model_dump(mode="json", exclude=WORDS | {"extras"})
        more = {key: value for key, value in self.extras.items() if key not in EXTRA_WORDS}
        return content | more


class AssetContainer(Message):
    """What is said of all versions of an asset; the versions themselves are apart."""

    name: str
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS
    is_archived: bool = False
    extras: Extras = NO_EXTRAS


class Model(Asset):
    """A registered model: a folder (or file) in a datastore. A folder with an MLmodel is MLflow."""

    uri: str
    type: ModelType = ModelType.CUSTOM


class Code(Asset):
    """A registered code folder: scoring scripts and what they import."""

    uri: str


class Environment(Asset):
    """A registered environment: a conda file's text, and an image that is only noted."""

    image: str = ""
    conda_file: str = ""


class Data(Asset):
    """A registered data asset: an address with a name."""

    uri: str
    type: DataType = DataType.URI_FOLDER
