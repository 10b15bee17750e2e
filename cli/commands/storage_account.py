"""`storage account`: the account of the service's datastores."""

from knack.log import get_logger

from cli.answers import JSON
from cli.context import Context
from cli.errors import ResourceNotFound
from cli.storage.container import DEFAULT_DATASTORE, account_url

log = get_logger(__name__)


def show_connection_string(context: Context, *, name: str | None = None) -> JSON:
    """Of the account alone: a key is what the service hands to nobody."""
    properties = context.service.get(f"datastores/{DEFAULT_DATASTORE}")["properties"]
    own = properties["accountName"]
    if name and name.rstrip("#?").lower() != own.rstrip("#?").lower():
        raise ResourceNotFound(
            f"There is no storage account '{name}'.", fix=f"The service's is '{own.rstrip('#?')}'."
        )
    log.warning("The connection string has no key: the commands of 'storage blob' need none.")
    return {"connectionString": f"BlobEndpoint={account_url(properties)}"}
