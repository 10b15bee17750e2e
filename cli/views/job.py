"""A batch job as az ml prints it: a pipeline job, or its scoring step."""

from datetime import datetime

from cli.answers import JSON
from cli.views.arm import identity, snake

BASE, PIPELINE = "base", "pipeline"
ARM = "azureml:"
CHOICE = {"include", "exclude", "manifest", "changedSince", "newest"}
"""What an input says of the files that count."""


def job_view(document: JSON, whole: JSON = None) -> JSON:
    """`document` is ARM's; `whole` the scoring URI's, which knows inputs, outputs and progress."""
    properties = document["properties"]
    view = {
        **identity(document),
        "creation_context": creation_context(document.get("systemData") or {}),
        "display_name": properties.get("displayName"),
        "experiment_name": properties.get("experimentName"),
        "properties": properties.get("properties") or {},
        "services": _services(properties.get("services") or {}),
        "status": properties["status"],
        "tags": properties.get("tags") or {},
        "type": PIPELINE,
    }
    view["id"] = f"{ARM}{view['id']}"  # az does so with jobs, and with nothing else
    if properties.get("description"):
        view["description"] = properties["description"]
    if whole and whole["properties"].get("suspended"):
        view["suspended"] = whole["properties"]["suspended"]
    return view | (_details(whole["properties"]) if whole else {})


def child_view(run: JSON, parent: JSON) -> JSON:
    """The scoring step, from run history; `parent` is its job's ARM document."""
    arm_id = f"{parent['id'].rpartition('/')[0]}/{run['runId']}"
    created = {
        "createdAt": run.get("createdUtc"),
        "createdBy": (run.get("createdBy") or {}).get("userName"),
        "lastModifiedAt": run.get("lastModifiedUtc"),
    }
    return {
        **identity({"id": arm_id, "name": run["runId"]}),
        "id": f"{ARM}{arm_id}",
        "creation_context": creation_context(created),
        "display_name": run.get("displayName"),
        "experiment_name": run.get("experimentId"),
        "parent_job_name": run.get("parentRunId"),
        "properties": run.get("properties") or {},
        "services": {},
        "status": run["status"],
        "tags": run.get("tags") or {},
        "type": BASE,
    }


def _details(properties: JSON) -> JSON:
    """Inputs and outputs as az has them; the rest is what Azure ML does not tell."""
    left_out = {"left_out": properties["leftOut"]} if properties.get("leftOut") else {}
    return {
        "inputs": {name: _data(one, "jobInputType") for name, one in _items(properties, "input")},
        "outputs": {
            name: _data(one, "jobOutputType") for name, one in _items(properties, "output")
        },
        "error": properties.get("error"),
        "progress": properties.get("progress"),
        "warnings": properties.get("warnings") or [],
        **left_out,
        **({"sample": properties["sample"]} if properties.get("sample") else {}),
    }


def _items(properties: JSON, kind: str) -> list[tuple[str, JSON]]:
    return list((properties.get(f"{kind}Data") or {}).items())


def _data(document: JSON, kind: str) -> JSON:
    chosen = {snake(name): value for name, value in document.items() if name in CHOICE}
    return {"path": document["uri"], "type": snake(document[kind]), **chosen}


def creation_context(data: JSON) -> JSON:
    context = {snake(name): value for name, value in data.items() if value}
    for name in ("created_at", "last_modified_at"):
        if name in context:
            context[name] = datetime.fromisoformat(context[name]).isoformat()
    return context


def _services(services: JSON) -> JSON:
    return {
        name: {"endpoint": one["endpoint"], "type": one.get("jobServiceType", name)}
        for name, one in services.items()
    }
