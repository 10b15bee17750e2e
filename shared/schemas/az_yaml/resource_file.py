"""Computes and datastores, each in a file of its own, to the body that is put."""

from typing import Any

from shared.domain.message import JSON
from shared.schemas.az_yaml.document import YamlDocument
from shared.schemas.az_yaml.files import ResourceFile
from shared.schemas.az_yaml.keys import Given
from shared.schemas.az_yaml.nodes import refusal
from shared.schemas.az_yaml.resource_keys import COMPUTE, CREDENTIALS, DATASTORE, SCALE

NEEDED_BY = {
    "AzureBlob": {"account_name": "the account", "container_name": "the name of the container"},
    "AzureDataLakeGen2": {"account_name": "the account", "filesystem": "the name of the container"},
    "AmazonS3": {"bucket": "the name of the bucket"},
    "GoogleCloudStorage": {"bucket": "the name of the bucket"},
}
SECRETS = {
    "account_key": ("AccountKey", "key"),
    "sas_token": ("Sas", "sasToken"),
    "client_secret": ("ServicePrincipal", "clientSecret"),
    "secret_access_key": ("AccessKey", "secretAccessKey"),
    "service_account_key": ("ServiceAccountKey", "serviceAccountKey"),
}
REMOTE_LOGINS = {True: "Enabled", False: "Disabled"}


def compute_spec(document: YamlDocument) -> ResourceFile:
    """Raises InvalidRequest, with the position."""
    given = COMPUTE.read(document.root)
    machines: dict[str, Any] = COMPUTE.wire(given)
    description = machines.pop("description", "")
    of_scale = [key.wire for key in SCALE.keys]
    scale = {wire: machines.pop(wire) for wire in of_scale if wire in machines}
    machines |= _access(given)
    machines["scaleSettings"] = {"maxNodeCount": 1} | scale
    properties = {
        "computeType": given.get("type"),
        "description": description,
        "properties": machines,
    }
    return ResourceFile(given.text("name"), _body(given, properties))


def datastore_spec(document: YamlDocument) -> ResourceFile:
    """Raises InvalidRequest, with the position. The body has the credentials: it is a secret."""
    given = DATASTORE.read(document.root)
    properties: dict[str, Any] = DATASTORE.wire(given)
    for needed, what in NEEDED_BY[str(given.get("type"))].items():
        if not given.get(needed):
            raise refusal(given.node.position, f"'{needed}' is missing.", f"Write {what}.", needed)
    if credentials := given.get("credentials"):
        properties["credentials"] = _credentials(credentials)
    return ResourceFile(given.text("name"), _body(given, properties))


def _credentials(given: Given) -> JSON:
    """By the one of the secrets that was given; raises InvalidRequest for two."""
    named = given.one_of(*SECRETS)
    if not named:
        return {"credentialsType": "None"}
    kind, field = SECRETS[named]
    secrets = {"secretsType": kind, field: given.text(named)}
    if token := given.text("session_token"):
        secrets["sessionToken"] = token
    return {"credentialsType": kind, **CREDENTIALS.wire(given), "secrets": secrets}


def _body(given: Given, properties: JSON) -> JSON:
    return {"tags": given.get("tags", {}), "properties": properties}


def _access(given: Given) -> dict[str, JSON]:
    """How people would log in to the machines, and where their network is."""
    ssh: Given | None = given.get("ssh_settings")
    network: Given | None = given.get("network_settings")
    access = dict[str, JSON]()
    if (is_open := given.get("ssh_public_access_enabled")) is not None:
        access["remoteLoginPortPublicAccess"] = REMOTE_LOGINS[is_open]
    if ssh and ssh.get("admin_username"):
        access["userAccountCredentials"] = {"adminUserName": ssh.text("admin_username")}
    if network and network.get("subnet"):
        access["subnet"] = {"id": network.text("subnet")}
    return access
