"""Watches in ARM's form of JSON, to and from the domain; the shape is this service's own."""

from typing import Any

from shared.domain.blob_name import NAME_LIMIT, problem_with
from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.names import endpoint_name
from shared.domain.reference import parse_datastore_path
from shared.domain.watch import INBOX, INBOX_STORE, GatherRules, UploadSource, Watch, WatchState
from shared.schemas.arm_envelope import closed, opened, read_description, read_tags
from shared.schemas.arm_webhooks import refuse_webhook
from shared.schemas.checked import refusals
from shared.schemas.fields import Fields
from shared.schemas.invocation import read_invocation
from shared.schemas.trial import refuse_trial

STATES = {state.value: state.value for state in WatchState}
MOST_PATTERNS = 100
# Of an invocation's body: what the watch itself says, for each batch anew.
OWN_FIELDS = ("inputData", "dataset", "outputData", "outputDataset", "name")
READ_ONLY = ("provisioningState", "gathering")
WIRE_NAMES = {
    "quiet_s": "properties.gather.quietSeconds",
    "most_files": "properties.gather.mostFiles",
    "most_wait_s": "properties.gather.mostWaitSeconds",
    "output": "properties.output.uri",
    "": "properties.gather",
}


def read_watch(endpoint: str, name: str, body: JSON) -> Watch:
    """Raises InvalidRequest."""
    envelope, properties = opened(body)
    with refusals(WIRE_NAMES):
        watch = Watch(
            name=endpoint_name(name, "watch"),
            endpoint=endpoint,
            deployment=properties.text("deploymentName"),
            source=_read_source(properties, endpoint, is_inbox=name.lower() == INBOX),
            rules=_read_rules(properties.object("gather")),
            overrides=_read_overrides(properties),
            output=_read_output(properties.object("output")),
            state=WatchState(properties.choice("state", STATES) or WatchState.ENABLED),
            description=read_description(properties),
            tags=read_tags(envelope),
        )
    _check_marker(watch)
    properties.ignore(*READ_ONLY)
    closed(envelope, properties)
    return watch


def _read_source(properties: Fields, endpoint: str, *, is_inbox: bool) -> UploadSource:
    source = properties.object("source")
    if is_inbox:
        datastore = source.text("datastoreName") or INBOX_STORE
        folder = source.text("folder") or endpoint
        _check_inbox(datastore, folder, endpoint)
    else:
        datastore = source.required("datastoreName", "workspaceblobstore")
        folder = source.required("folder", "uploads/wines")
    path = parse_datastore_path(
        f"azureml://datastores/{datastore}/paths/{folder}", target=source.path("folder")
    )
    include, exclude = _patterns(source, "include"), _patterns(source, "exclude")
    source.refuse_others()
    folder = path.path.strip("/")
    if not folder:
        raise InvalidRequest(
            f"'{source.path('folder')}' is {source.text('folder')!r}, which names no folder.",
            fix="Give the folder to watch, such as uploads/wines.",
            target=source.path("folder"),
        )
    return UploadSource(datastore=datastore, folder=folder, include=include, exclude=exclude)


def _check_inbox(datastore: str, folder: str, endpoint: str) -> None:
    if (datastore.lower(), folder.strip("/").lower()) != (INBOX_STORE, endpoint.lower()):
        raise InvalidRequest(
            f"The watch '{INBOX}' is about '{endpoint}' in the datastore '{INBOX_STORE}'.",
            fix="Leave out its source, or give the watch another name.",
            target="properties.source",
        )


def _patterns(source: Fields, name: str) -> tuple[str, ...]:
    patterns = source.raw(name) or []
    is_list = isinstance(patterns, list) and len(patterns) <= MOST_PATTERNS
    if not is_list or not all(isinstance(one, str) and one for one in patterns):
        raise InvalidRequest(
            f"'{source.path(name)}' is no list of patterns.",
            fix=f'Give up to {MOST_PATTERNS} patterns of file names, such as ["*.csv"].',
            target=source.path(name),
        )
    for one in map(str, patterns):
        if "/" in one or len(one) > NAME_LIMIT:
            raise InvalidRequest(
                f"'{source.path(name)}' has {one[:200]!a}, which no file in the folder matches.",
                fix='Give patterns of file names without their folder, such as "*.csv".',
                target=source.path(name),
            )
    return tuple(map(str, patterns))


def _read_rules(gather: Fields) -> GatherRules:
    values = {
        "quiet_s": gather.integer("quietSeconds"),
        "most_files": gather.integer("mostFiles"),
        "most_wait_s": gather.integer("mostWaitSeconds"),
        "marker": gather.text("marker"),
    }
    gather.refuse_others()
    return GatherRules.from_wire({name: one for name, one in values.items() if one is not None})


def _check_marker(watch: Watch) -> None:
    """Refuse what no file in the folder can be called: nothing could be gathered there."""
    marker = watch.rules.marker
    problem = problem_with(f"{watch.source.folder}/{marker}") if marker else ""
    if "/" in marker or problem:
        raise InvalidRequest(
            f"The marker {marker[:200]!a} is not a file name{': ' if problem else ''}{problem}.",
            fix="Name a file in the watched folder, such as _SUCCESS.",
            target="properties.gather.marker",
        )


def _read_overrides(properties: Fields) -> dict[str, Any]:
    """What an invocation may have, read as one so that it is refused now and not at each batch."""
    overrides: dict[str, Any] = properties.extras("overrides").get("overrides", {})
    fields = Fields.of(overrides, properties.path("overrides"))
    refuse_webhook(fields, "watches")
    for name in OWN_FIELDS:
        if fields.has(name):
            raise InvalidRequest(
                f"'{fields.path(name)}' is not for a watch to override.",
                fix="Input and output are the watch's source and output; jobs are named by it.",
                target=fields.path(name),
            )
    sample = {"inputData": {"uploads": {"uri": "azureml://datastores/any/paths/any"}}}
    invocation = read_invocation({"properties": {**overrides, **sample}}, BatchSettings())
    refuse_trial(invocation.trial, "watches")
    if invocation.chooses:
        raise InvalidRequest(
            f"'{fields.path('properties')}' chooses input files, and a watch's batches are chosen.",
            fix="Give the watch's own source.include and source.exclude.",
            target=fields.path("properties"),
        )
    return overrides


def _read_output(output: Fields) -> str:
    uri = output.text("uri")
    output.refuse_others()
    path = parse_datastore_path(uri, target=output.path("uri")).path if uri else "none"
    if not path or path.endswith("/"):
        raise InvalidRequest(
            f"'{uri[:300]}' names no file.",
            fix="Name one for each batch, such as .../paths/scored/{batch}/predictions.csv.",
            target=output.path("uri"),
        )
    return uri


def write_watch(watch: Watch) -> dict[str, JSON]:
    """The `properties` of a GET."""
    source, rules = watch.source, watch.rules
    return {
        "description": watch.description,
        "deploymentName": watch.deployment or None,
        "source": {
            "datastoreName": source.datastore,
            "folder": source.folder,
            "include": list(source.include),
            "exclude": list(source.exclude),
        },
        "gather": {
            "quietSeconds": rules.quiet_s,
            "mostFiles": rules.most_files,
            "mostWaitSeconds": rules.most_wait_s,
            "marker": rules.marker or None,
        },
        "overrides": watch.overrides,
        "output": {"uri": watch.output} if watch.output else None,
        "state": watch.state,
        "provisioningState": "Succeeded",
    }
