"""The keys of deployments: with `type: model`, and without a type as in 2021."""

from shared.domain.names import deployment_name, endpoint_name
from shared.schemas.az_yaml import asset_keys, settings_keys
from shared.schemas.az_yaml.keys import Key, Table, TextOr
from shared.schemas.az_yaml.kinds import Anything, Choice, Elsewhere, Name, Text, Texts, Whole

DEPLOYMENT_NAME = Name(deployment_name)
REFERENCE = Text("`azureml:<name>:<version>`, `azureml:<name>@latest`, an id")
FOLDER = Text("a folder's path or `azureml:<name>:<version>`")
CLUSTER = Text("`azureml:<name>`, an id or a name")

RESOURCES = Table(
    (
        Key("instance_count", Whole(1), "Instances of a job.", "instanceCount", "1"),
        Key("instance_type", Text(), "Kept and shown.", "instanceType"),
        Key("properties", Anything(), "Kept and shown.", "properties"),
    ),
    words="a mapping with instance_count",
)
COMMON = (
    asset_keys.SCHEMA,
    Key("name", DEPLOYMENT_NAME, "Name of the deployment, 3 to 32 characters.", is_required=True),
    Key("endpoint_name", Name(endpoint_name), "Its endpoint, if no flag says it."),
    Key("description", Text(), "What it is.", "description"),
    Key("tags", Texts(), "Tags.", "tags"),
    Key("properties", Texts(), "Properties of your own.", "properties"),
    Key("model", TextOr(REFERENCE, asset_keys.MODEL), "The model.", is_required=True),
    Key("environment", TextOr(REFERENCE, asset_keys.ENVIRONMENT), "The script's packages."),
    Key("resources", RESOURCES, "Instances."),
)
_SCRIPT = Key("scoring_script", Text("a path inside the code"), "The script, with run().")
_FOLDER_2021 = Table(
    (Key("local_path", Text("a folder's path"), "2021: the folder.", is_required=True),),
    words="a mapping with local_path",
)
_CODE = Table(
    (Key("code", FOLDER, "The script's folder."), _SCRIPT),
    words="a mapping with code and scoring_script",
)
_CODE_2021 = Table(
    (Key("code", TextOr(FOLDER, _FOLDER_2021), "The script's folder."), _SCRIPT),
    words="a mapping with code and scoring_script",
)
_COMPUTE_2021 = Table(
    (
        Key("target", CLUSTER, "2021 preview: `compute`."),
        Key("instance_count", Whole(1), "2021 preview: `resources.instance_count`.", default="1"),
    ),
    words="a mapping with target",
)
_COUNT = Key("instance_count", Whole(1), "As `resources.instance_count`; not both.", default="1")
_SETTINGS = Table(
    (
        *settings_keys.TODAY,
        _COUNT,
    ),
    words="a mapping with mini_batch_size and so on",
)
_MODEL_TYPE = Choice({"model": "Model"}, "Write model; pipeline components are not served.")
_UNDER_SETTINGS = Elsewhere(
    "stands under 'settings' in a file that says 'type: model'",
    "Move it there, or leave out 'type: model'.",
)
_UNTYPED_SETTINGS = Elsewhere(
    "is for files that say 'type: model'",
    "Add 'type: model', or write what is in it at the root.",
)
_OF_ENDPOINT = Elsewhere("is a key of endpoint files", "Give this file to 'endpoint create'.")

MODEL = Table(
    (
        *COMMON,
        Key("type", _MODEL_TYPE, "The form with `settings`."),
        Key("code_configuration", _CODE, "The scoring script; none for MLflow models."),
        Key("compute", CLUSTER, "The cluster; left out: no bound."),
        Key("settings", _SETTINGS, "How files are scored."),
        *(Key(key.name, _UNDER_SETTINGS) for key in (*settings_keys.TODAY, _COUNT)),
        Key("traffic", _OF_ENDPOINT),
        Key("deployments", _OF_ENDPOINT),
        Key("auth_mode", _OF_ENDPOINT),
    ),
    words="a deployment",
)
CLASSIC = Table(
    (
        *COMMON,
        *settings_keys.CLASSIC,
        Key("code_configuration", _CODE_2021, "The scoring script; none for MLflow models."),
        Key("compute", TextOr(CLUSTER, _COMPUTE_2021), "The cluster; left out: no bound."),
        Key("type", Elsewhere("is empty", "Write type: model, or leave it out.")),
        Key("settings", _UNTYPED_SETTINGS),
        Key("traffic", _OF_ENDPOINT),
        Key("deployments", _OF_ENDPOINT),
        Key("auth_mode", _OF_ENDPOINT),
        Key(
            "instance_count",
            Elsewhere("does not stand at the root", "Write resources.instance_count."),
        ),
    ),
    words="a deployment",
)
