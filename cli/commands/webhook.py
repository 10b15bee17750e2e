"""`webhook`: who is called back when jobs start or end."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from cli.answers import JSON
from cli.assets.asset_documents import limit
from cli.assets.yaml_asset import change, usage_errors
from cli.context import Context
from cli.views.webhook import delivery_view, webhook_view

CHANGED = ("url", "events", "description")


def create(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    endpoint_name: str | None = None,
    webhook_url: str | None = None,
    events: Sequence[str] | None = None,
    overrides: list[str] | None = None,
) -> JSON:
    """Flags win over the file."""
    from shared.schemas.az_yaml.document import load_file  # noqa: PLC0415  # loads pydantic
    from shared.schemas.az_yaml.webhook_file import webhook_spec  # noqa: PLC0415

    flags: dict[str, JSON] = {"name": name, "endpoint_name": endpoint_name, "url": webhook_url}
    if events:
        flags["events"] = list(events)
    path = Path(file).expanduser() if file else None
    with usage_errors():
        spec = webhook_spec(load_file(path, overrides or [], flags))
    document = context.service.put(_path(spec.endpoint, spec.name), spec.body)
    return webhook_view(document, spec.endpoint)


def show(context: Context, *, name: str, endpoint_name: str) -> JSON:
    return webhook_view(context.service.get(_path(endpoint_name, name)), endpoint_name)


def list_all(context: Context, *, endpoint_name: str, max_results: str | None = None) -> list[JSON]:
    found = context.service.pages(f"batchEndpoints/{endpoint_name}/webhooks")
    return [webhook_view(one, endpoint_name) for one in islice(found, limit(max_results))]


def update(
    context: Context,
    *,
    name: str,
    endpoint_name: str,
    webhook_url: str | None = None,
    events: Sequence[str] | None = None,
    overrides: list[str] | None = None,
) -> JSON:
    """What is not given stays; only if nobody changed it since it was read."""
    from shared.schemas.az_yaml.nodes import Position  # noqa: PLC0415  # loads pydantic
    from shared.schemas.az_yaml.overrides import node_of  # noqa: PLC0415
    from shared.schemas.az_yaml.webhook_file import changed_webhook, check_events  # noqa: PLC0415

    with usage_errors():
        check_events(node_of(list(events or ()), Position("--events")))
    old = context.service.get(_path(endpoint_name, name))
    own = old["properties"]
    before = {key: own[key] for key in CHANGED if own.get(key)} | {"state": own["state"]}
    before |= {"tags": old.get("tags") or {}}
    before |= {"url": webhook_url} if webhook_url else {}
    before |= {"events": list(events)} if events else {}
    after = change(before, overrides or [])
    with usage_errors():
        body = changed_webhook(node_of(after, Position("--set")))
    headers = {"If-Match": f'"{old["etag"]}"'} if old.get("etag") else {}
    document = context.service.put(_path(endpoint_name, name), body, headers)
    return webhook_view(document, endpoint_name)


def delete(context: Context, *, name: str, endpoint_name: str) -> None:
    context.service.delete(_path(endpoint_name, name))


def rotate_secret(context: Context, *, name: str, endpoint_name: str) -> JSON:
    made = context.service.post(f"{_path(endpoint_name, name)}/rotateSecret", {})
    return {"secret": made["secret"], "previous_secret_until": made["previousSecretUntil"]}


def deliveries(
    context: Context,
    *,
    name: str,
    endpoint_name: str,
    delivery: str | None = None,
    max_results: str | None = None,
) -> JSON:
    path = f"{_path(endpoint_name, name)}/deliveries"
    if delivery:
        return delivery_view(context.service.get(f"{path}/{delivery}"))
    found = context.service.pages(path)
    return [delivery_view(one) for one in islice(found, limit(max_results))]


def redeliver(context: Context, *, name: str, endpoint_name: str, delivery: str) -> JSON:
    path = f"{_path(endpoint_name, name)}/deliveries/{delivery}/redeliver"
    return delivery_view(context.service.post(path, {}))


def _path(endpoint: str, name: str) -> str:
    return f"batchEndpoints/{endpoint}/webhooks/{name}"
