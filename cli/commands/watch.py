"""`watch`: endpoints that are invoked by uploads."""

from itertools import islice

from cli.answers import JSON
from cli.assets.asset_documents import limit
from cli.context import Context
from cli.errors import UsageError
from cli.views.watch import watch_view


def create(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    endpoint_name: str | None = None,
    overrides: list[str] | None = None,
    no_wait: bool = False,
) -> JSON:
    """Wait or not: it is there at once."""
    from cli.watches.watch_change import read_watch  # noqa: PLC0415  # loads pydantic

    del no_wait
    spec = read_watch(file, overrides or [], {"name": name, "endpoint_name": endpoint_name})
    return watch_view(context.service.put(_path(spec.endpoint, spec.name), spec.body))


def show(context: Context, *, name: str, endpoint_name: str) -> JSON:
    return watch_view(context.service.get(_path(endpoint_name, name)))


def list_all(context: Context, *, endpoint_name: str, max_results: str | None = None) -> list[JSON]:
    most = limit(max_results)
    found = context.service.pages(f"batchEndpoints/{endpoint_name}/watches")
    return [watch_view(one) for one in islice(found, most)]


def update(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    endpoint_name: str | None = None,
    overrides: list[str] | None = None,
    no_wait: bool = False,
) -> JSON:
    """What is not given stays."""
    from cli.watches.watch_change import address_of, changed_body  # noqa: PLC0415  # loads pydantic

    del no_wait
    if not (file or overrides):
        raise UsageError("Nothing is to be changed.", fix="Write --set key=value, or --file.")
    address = address_of(file, {"name": name, "endpoint_name": endpoint_name})
    document = context.service.get(_path(*address))
    return _put(context, document, changed_body(document, file, overrides or []))


def enable(context: Context, *, name: str, endpoint_name: str, no_wait: bool = False) -> JSON:
    del no_wait
    return _set_state(context, endpoint_name, name, "Enabled")


def disable(context: Context, *, name: str, endpoint_name: str, no_wait: bool = False) -> JSON:
    del no_wait
    return _set_state(context, endpoint_name, name, "Paused")


def delete(context: Context, *, name: str, endpoint_name: str, no_wait: bool = False) -> None:
    del no_wait
    context.service.delete(_path(endpoint_name, name))


def _set_state(context: Context, endpoint: str, name: str, state: str) -> JSON:
    document = context.service.get(_path(endpoint, name))
    properties = {**document["properties"], "state": state}
    return _put(context, document, {"tags": document.get("tags") or {}, "properties": properties})


def _put(context: Context, document: JSON, body: JSON) -> JSON:
    """Only if nobody changed it since it was read; a built-in inbox has no etag."""
    headers = {"If-Match": f'"{document["etag"]}"'} if document.get("etag") else {}
    path = document["id"].removeprefix(f"{context.service.workspace}/")
    return watch_view(context.service.put(path, body, headers))


def _path(endpoint: str, name: str) -> str:
    return f"batchEndpoints/{endpoint}/watches/{name}"
