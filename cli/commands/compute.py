"""`compute`: clusters by name, which bound how many instances a job may use."""

from typing import Any

from cli.answers import JSON
from cli.assets import words
from cli.assets.asset_documents import limit
from cli.assets.yaml_asset import read_compute
from cli.context import Context
from cli.errors import UsageError
from cli.views.compute import compute_view

CLUSTER = "amlcompute"
CHANGED = (
    "max_instances",
    "min_instances",
    "idle_time_before_scale_down",
    "description",
    "size",
    "tags",
    "tier",
    "type",
)


def create(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    kind: str | None = None,
    size: str | None = None,
    min_instances: str | None = None,
    max_instances: str | None = None,
    idle_time_before_scale_down: str | None = None,
    tier: str | None = None,
    description: str | None = None,
    tags: list[str] | None = None,
    overrides: list[str] | None = None,
    no_wait: bool = False,
) -> JSON:
    """Wait or not: a name is all there is to make."""
    del no_wait
    scale = {
        "min_instances": min_instances,
        "max_instances": max_instances,
        "idle_time_before_scale_down": idle_time_before_scale_down,
    }
    about = {"description": description, "tags": words.pairs(tags), "tier": tier}
    flags = {"name": name, "type": kind, "size": size, **scale, **about}
    return _put(context, file, overrides or [], flags)


def show(context: Context, *, name: str) -> JSON:
    return compute_view(context.service.get(f"computes/{name}"))


def list_all(
    context: Context, *, kind: str | None = None, max_results: str | None = None
) -> list[JSON]:
    found = [compute_view(one) for one in context.service.pages("computes")]
    wanted = (kind or "").lower()
    return [one for one in found if wanted in {"", one["type"]}][: limit(max_results)]


def update(
    context: Context,
    *,
    name: str,
    min_instances: str | None = None,
    max_instances: str | None = None,
    idle_time_before_scale_down: str | None = None,
    tags: list[str] | None = None,
    overrides: list[str] | None = None,
    no_wait: bool = False,
) -> JSON:
    """What is not given stays."""
    del no_wait
    view = compute_view(context.service.get(f"computes/{name}"))
    scale = {
        "min_instances": min_instances,
        "max_instances": max_instances,
        "idle_time_before_scale_down": idle_time_before_scale_down,
    }
    chosen = {key: value for key, value in scale.items() if value is not None}
    before = {key: view[key] for key in CHANGED} | {"name": name} | chosen
    before["tags"] |= words.pairs(tags) or {}
    return _put(context, None, overrides or [], before)


def delete(context: Context, *, name: str, no_wait: bool = False) -> None:
    del no_wait
    context.service.delete(f"computes/{name}")


def _put(context: Context, file: str | None, overrides: list[str], flags: Any) -> JSON:
    compute = read_compute(file, overrides, flags)
    if not compute.name:
        raise UsageError(
            "The compute has no name.", fix="Give it by --name, or write 'name:' into the file."
        )
    location = context.service.get(context.service.workspace).get("location", "")
    body = {"location": location, **compute.body}
    return compute_view(context.service.put(f"computes/{compute.name}", body))
