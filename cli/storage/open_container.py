"""Which container, and which path in it, a reference or a name means."""

from urllib.parse import unquote

from cli.answers import JSON
from cli.connection.service import Service
from cli.errors import ResourceNotFound, UsageError
from cli.storage.container import Container, account_url, container_of, is_in_azure, open_datastore

PATHS = "/paths/"
DATASTORES = "/datastores/"


def open_reference(service: Service, uri: str) -> tuple[Container, str]:
    """Of `azureml://.../datastores/<datastore>/paths/<path>`, or of a URL in a datastore."""
    if PATHS in uri and DATASTORES in uri.replace("azureml://datastores/", DATASTORES):
        parent, _, path = uri.partition(PATHS)
        return open_datastore(service, parent.rpartition("/")[2]), path
    for datastore in filter(is_in_azure, service.pages("datastores")):
        base = f"{_url(datastore['properties'])}/"
        if uri.lower().startswith(base.lower()):
            return open_datastore(service, datastore["name"]), unquote(uri[len(base) :])
    raise UsageError(
        f"'{uri.partition('?')[0]}' is in no datastore of the service.",
        fix="List them: bep datastore list.",
    )


def open_named(service: Service, name: str) -> tuple[Container, str]:
    """Of a container's name, its URL, or a datastore's name; the path is what follows it."""
    if name.startswith(("http://", "https://", "azureml://")):
        return open_reference(service, name if "/paths/" in name else f"{name.rstrip('/')}/")
    wanted, _, path = name.strip("/").partition("/")
    every = list(service.pages("datastores"))
    datastores = list(filter(is_in_azure, every))
    for datastore in datastores:
        if wanted in {container_of(datastore["properties"]), datastore["name"]}:
            return open_datastore(service, datastore["name"]), path
    if any(wanted == one["name"] for one in every):
        return open_datastore(service, wanted), path  # which says that it cannot
    known = ", ".join(container_of(one["properties"]) for one in datastores)
    raise ResourceNotFound(
        f"No datastore of the service has the container '{wanted}'.",
        fix=f"Use one of: {known}; or create a datastore for it: bep datastore create.",
    )


def _url(properties: JSON) -> str:
    return f"{account_url(properties)}/{container_of(properties)}"
