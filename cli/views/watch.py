"""A watch, with the keys of its file, and what it has gathered."""

from typing import Any

from cli.answers import JSON
from cli.views.arm import identity, snake
from cli.views.deployment import retry_view

PLACE = "azureml://datastores/{}/paths/{}"


def watch_view(document: JSON) -> JSON:
    own = document["properties"]
    written = document.get("systemData") or {}
    return {
        **identity(document),
        "creation_context": {snake(key): value for key, value in written.items()},
        "deployment_name": own.get("deploymentName"),
        "description": own.get("description") or "",
        "endpoint_name": document["id"].split("/")[-3],
        "gather": _gather(own["gather"]),
        "gathering": _snaked(own.get("gathering")),
        "output": (own.get("output") or {}).get("uri"),
        "provisioning_state": own.get("provisioningState"),
        "settings": _settings(own.get("overrides") or {}),
        "source": _source(own["source"]),
        "state": str(own["state"]).lower(),
        "tags": document.get("tags") or {},
    }


def _source(source: JSON) -> JSON:
    return {
        "path": PLACE.format(source["datastoreName"], source["folder"]),
        "include": source.get("include") or [],
        "exclude": source.get("exclude") or [],
    }


def _gather(gather: JSON) -> JSON:
    return {
        "quiet_s": gather["quietSeconds"],
        "most_files": gather["mostFiles"],
        "most_wait_s": gather["mostWaitSeconds"],
        "marker": gather.get("marker"),
    }


def _settings(overrides: JSON) -> JSON:
    settings = _snaked(overrides) or {}
    for key in ("compute", "resources"):
        if key in settings:
            settings[key] = _snaked(settings[key])
    if "retry_settings" in settings:
        settings["retry_settings"] = retry_view(settings["retry_settings"])
    if experiment := (settings.get("properties") or {}).get("experimentName"):
        settings["experiment_name"] = experiment
    return settings


def _snaked(fields: JSON) -> dict[str, Any] | None:
    return None if fields is None else {snake(key): value for key, value in fields.items()}
