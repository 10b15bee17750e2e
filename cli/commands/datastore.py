"""`datastore`: containers of the service's storage account, by name."""

from cli.answers import JSON
from cli.assets.asset_documents import limit
from cli.assets.yaml_asset import change, read_datastore
from cli.context import Context
from cli.errors import UsageError
from cli.views.datastore import datastore_view

WORDS = ("description", "tags")
"""What may change of a datastore."""


def create(
    context: Context, *, file: str, name: str | None = None, overrides: list[str] | None = None
) -> JSON:
    datastore = read_datastore(file, overrides or [], {"name": name} if name else {})
    if not datastore.name:
        raise UsageError(
            "The datastore has no name.", fix="Give it by --name, or write 'name:' into the file."
        )
    return datastore_view(context.service.put(f"datastores/{datastore.name}", datastore.body))


def show(context: Context, *, name: str) -> JSON:
    return datastore_view(context.service.get(f"datastores/{name}"))


def list_all(context: Context, *, max_results: str | None = None) -> list[JSON]:
    found = context.service.pages("datastores")
    return [datastore_view(one) for one in found][: limit(max_results)]


def update(context: Context, *, name: str, overrides: list[str] | None = None) -> JSON:
    document = context.service.get(f"datastores/{name}")
    own = document["properties"]
    after = change({word: own.get(word) for word in WORDS if own.get(word)}, overrides or [])
    if others := sorted(set(after) - set(WORDS)):
        raise UsageError(
            f"The '{others[0]}' of a datastore cannot be changed.",
            fix=f"Change {' or '.join(WORDS)}, or create another datastore.",
        )
    body = {"properties": own | {"description": "", "tags": {}} | after}
    return datastore_view(context.service.put(f"datastores/{name}", body))


def delete(context: Context, *, name: str) -> None:
    context.service.delete(f"datastores/{name}")
