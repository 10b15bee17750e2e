"""The keys of models, data and environments."""

from functools import partial

from shared.domain.names import asset_name
from shared.schemas.az_yaml.keys import Key, Listed, Table
from shared.schemas.az_yaml.kinds import (
    AnyCase,
    Anything,
    Choice,
    Elsewhere,
    Name,
    PathOrContent,
    Text,
    Texts,
)

NAME = Name(partial(asset_name, what="asset name"))
VERSION = Name(partial(asset_name, what="version"), words="a version")
SCHEMA = Key("$schema", Anything(), "Not read.")
COMMON = (
    SCHEMA,
    Key("name", NAME, "Name of the asset. An inline asset may leave it out."),
    Key("version", VERSION, "Version. Left out: the next one."),
    Key("description", Text(), "What it is.", "description"),
    Key("tags", Texts(), "Tags.", "tags"),
    Key("properties", Texts(), "Properties of your own.", "properties"),
)
PATHS = (
    Key("path", Text("a path, a URL or an `azureml:` reference"), "What the asset consists of."),
    Key("local_path", Text("a path"), "2021: `path`."),
)
MODEL_FORMATS = {
    "custom": "custom_model",
    "mlflow": "mlflow_model",
    "triton": "triton_model",
    "openai": "openai_model",
}
MODEL_TYPES = {name: name for name in ("custom_model", "mlflow_model", "triton_model")}
MODEL = Table(
    (
        *COMMON,
        *PATHS,
        Key(
            "type",
            AnyCase(MODEL_TYPES),
            "What the model is.",
            "modelType",
            default="`mlflow_model` for a folder with an MLmodel file, else `custom_model`",
        ),
        Key("model_format", AnyCase(MODEL_FORMATS), "2021-09: `type`.", "modelType"),
        Key("flavors", Anything(), "Kept and shown.", "flavors"),
        Key("stage", Text(), "Kept and shown.", "stage"),
    ),
    words="a model, with its path",
)

DATA_TYPES = {"uri_folder": "uri_folder", "uri_file": "uri_file"}
_OLD_PATH = Table(
    (
        Key("folder", Text("a path or URL"), "A folder."),
        Key("file", Text("a path or URL"), "A file."),
    ),
    words="`folder:` or `file:` with a path",
)
DATA = Table(
    (
        *COMMON,
        *PATHS,
        Key(
            "type",
            AnyCase(DATA_TYPES, "Write uri_folder or uri_file: batch endpoints read no tables."),
            "Whether it is a folder or a file.",
            "dataType",
            default="`uri_folder`",
        ),
        Key("paths", Listed(_OLD_PATH), "2021 preview: `path` and `type`, in a list of one."),
    ),
    words="data, with its path",
)

_DOCKER = Table(
    (
        Key("image", Text(), "2021 preview: `image`."),
        Key(
            "build",
            Elsewhere("would build an image, which is not done here", "Write conda_file."),
        ),
    ),
    words="a mapping with image",
)
_BUILD = Elsewhere(
    "would build an image from a Dockerfile, which is not done here",
    "List the packages in conda_file.",
)
OS_TYPES = {"linux": "Linux", "windows": "Windows"}
ENVIRONMENT = Table(
    (
        *COMMON,
        Key("image", Text(), "Kept and shown; what counts is the conda file.", "image"),
        Key(
            "conda_file",
            PathOrContent(),
            "The packages: a conda file's path, or its content.",
        ),
        Key("os_type", Choice(OS_TYPES), "The service runs Linux.", "osType", default="`linux`"),
        Key("inference_config", Anything(), "Kept and shown.", "inferenceConfig"),
        Key("build", _BUILD),
        Key("path", Text("a path"), "2021 preview: the folder that `conda_file` begins in."),
        Key("docker", _DOCKER, "2021 preview: `image`."),
    ),
    words="an environment, with its conda_file",
)
