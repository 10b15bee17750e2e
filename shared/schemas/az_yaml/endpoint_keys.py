"""The keys of endpoints: of 2021-09 and today, and of the 2021 preview with its deployments."""

from shared.domain.names import endpoint_name
from shared.schemas.az_yaml.asset_keys import SCHEMA
from shared.schemas.az_yaml.keys import Key, ListedOrNamed, Named, Table
from shared.schemas.az_yaml.kinds import Anything, Choice, Elsewhere, Name, Text, Texts

AUTH = Choice(
    {"aad_token": "aadToken", "AADToken": "aadToken"},
    "Write aad_token: batch endpoints take no other tokens.",
)
_DEFAULTS = Table(
    (Key("deployment_name", Text(), "The deployment that jobs go to."),),
    words="a mapping with deployment_name",
)
COMMON = (
    SCHEMA,
    Key("name", Name(endpoint_name), "Name of the endpoint, 3 to 32 characters."),
    Key("description", Text(), "What it is.", "description"),
    Key("tags", Texts(), "Tags.", "tags"),
    Key("properties", Texts(), "Properties of your own.", "properties"),
    Key("auth_mode", AUTH, "How callers sign in.", "authMode", "`aad_token`"),
    Key("location", Text(), "Not needed."),
    Key("identity", Anything(), "Not needed."),
    Key("kind", Anything(), "Not needed."),
)
_OF_DEPLOYMENT = Elsewhere(
    "is a key of deployment files", "Give this file to 'batch-deployment create'."
)
_OF_PREVIEW = "is a key of the 2021 preview, in files that say 'type: batch'"
TODAY = Table(
    (
        *COMMON,
        Key("defaults", _DEFAULTS, "The default deployment."),
        Key("endpoint_name", _OF_DEPLOYMENT),
        Key(
            "traffic",
            Elsewhere(
                _OF_PREVIEW, "Write defaults: {deployment_name: <deployment>}, or add the type."
            ),
        ),
        Key(
            "deployments",
            Elsewhere(
                _OF_PREVIEW,
                "Write each deployment in a file of its own, with endpoint_name, or add the type.",
            ),
        ),
    ),
    words="an endpoint",
)
PREVIEW = Table(
    (
        *COMMON,
        Key("type", Choice({"batch": "batch"}, "Write batch."), "The 2021 preview's form."),
        Key(
            "traffic",
            Named(Text("0 or 100")),
            "The share of each deployment: one has 100, the others 0.",
        ),
        Key(
            "deployments",
            ListedOrNamed(Anything(), "a list of deployments, or names with deployments"),
            "Deployments, each as in a file without a type.",
        ),
        Key("endpoint_name", _OF_DEPLOYMENT),
        Key(
            "defaults",
            Elsewhere(
                "is not a key of the 2021 preview's form",
                "Write traffic: {<deployment>: 100}, or leave out 'type: batch'.",
            ),
        ),
    ),
    words="an endpoint",
)
