"""A watch's file, to the body that is put."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.reference import DatastorePath, parse_datastore_path
from shared.domain.watch import INBOX, GatherRules, check_output
from shared.schemas.az_yaml import overrides as paths
from shared.schemas.az_yaml.document import YamlDocument, load_file
from shared.schemas.az_yaml.files import WatchFile
from shared.schemas.az_yaml.invocation_file import overrides_of
from shared.schemas.az_yaml.keys import Given
from shared.schemas.az_yaml.nodes import Node, Position, refusal
from shared.schemas.az_yaml.watch_keys import GATHER, SOURCE, WATCH

SET = Position("--set")


def watch_document(
    path: Path | None,
    overrides: Sequence[str],
    flags: Mapping[str, JSON],
    before: Mapping[str, JSON] | None = None,
) -> YamlDocument:
    """The file over what is there already, then the flags, then each `--set`.

    Raises InvalidRequest.
    """
    file = load_file(path, (), flags)
    root = paths.node_of({"settings": {}, **(before or {})}, SET)
    _lay_over(root, file.root)
    for override in overrides:
        paths.apply(root, override)
    return YamlDocument(Node(root.content, file.root.position), file.base)


def watch_spec(document: YamlDocument) -> WatchFile:
    """Raises InvalidRequest, with the position."""
    given = WATCH.read(document.root)
    properties = WATCH.wire(given)
    properties["source"] = _source(given)
    if gather := given.get("gather"):
        properties["gather"] = _gather(gather)
    if overrides := overrides_of(given.get("settings", Given(document.root))):
        properties["overrides"] = overrides
    if output := _output(given):
        properties["output"] = {"uri": output}
    body = {"tags": given.get("tags", {}), "properties": properties}
    return WatchFile(given.text("endpoint_name"), given.text("name"), body)


def _lay_over(under: Node, over: Node) -> None:
    """Mappings are merged; anything else takes the place of what was there."""
    for key, value in over.entries.items():
        below = under.entries.get(key)
        if below is not None and below.entries and value.entries:
            _lay_over(below, value)
        else:
            under.entries[key] = value


def _source(given: Given) -> JSON:
    source: Given = given.get("source", Given(given.node, "source"))
    if not source.text("path"):
        if given.text("name").lower() == INBOX:
            return SOURCE.wire(source)
        raise _no_folder(source.node, "is missing")
    node = source.at("path")
    place = _place(node, "source.path")
    folder = place.path.strip("/")
    if not folder:
        raise _no_folder(node, f"is {node.shown()}, which names no folder")
    return {"datastoreName": place.datastore, "folder": folder, **SOURCE.wire(source)}


def _no_folder(node: Node, problem: str) -> InvalidRequest:
    fix = "Write the folder to watch: azureml://datastores/<datastore>/paths/<folder>."
    return refusal(node.position, f"'source.path' {problem}.", fix, "source.path")


def _gather(given: Given) -> JSON:
    rules = GatherRules()
    quiet_s = given.get("quiet_s", rules.quiet_s)
    most_wait_s = given.get("most_wait_s", rules.most_wait_s)
    if most_wait_s < quiet_s:
        at = given.at("most_wait_s" if given.get("most_wait_s") else "quiet_s")
        raise refusal(
            at.position,
            f"Nothing is quiet for {quiet_s} s (gather.quiet_s) while a file may wait "
            f"{most_wait_s} s only (gather.most_wait_s).",
            "Let most_wait_s be at least quiet_s.",
            "gather.most_wait_s",
        )
    if "/" in given.text("marker"):
        raise refusal(
            given.at("marker").position,
            f"'gather.marker' is {given.at('marker').shown()}, which is not a file name.",
            "Name a file in the watched folder, such as _SUCCESS.",
            "gather.marker",
        )
    return GATHER.wire(given)


def _output(given: Given) -> str:
    output = given.get("output")
    if not output:
        return ""
    node = output.at("path") if isinstance(output, Given) else given.at("output")
    if not _place(node, "output").path:
        raise refusal(
            node.position,
            f"'output' is {node.shown()}, which names no file.",
            "Name one for each batch, such as .../paths/scored/{batch}/predictions.csv.",
            "output",
        )
    try:
        check_output(node.text)
    except ValueError as problem:
        what, _, fix = str(problem).partition(". ")
        raise refusal(node.position, f"'output' is wrong: {what}.", fix, "output") from None
    return node.text


def _place(node: Node, key: str) -> DatastorePath:
    try:
        return parse_datastore_path(node.text, target=key)
    except InvalidRequest as error:
        raise refusal(node.position, f"{key}: {error.problem}", error.fix, key) from None
