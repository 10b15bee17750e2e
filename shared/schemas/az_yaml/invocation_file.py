"""What `invoke --file` and its `--set` say: inputs, outputs, and the job's own settings."""

from dataclasses import replace
from pathlib import Path

from shared.domain.message import JSON
from shared.domain.selection import MOST_NEWEST
from shared.domain.split import EXAMPLES
from shared.schemas.az_yaml.addresses import address
from shared.schemas.az_yaml.asset_keys import SCHEMA
from shared.schemas.az_yaml.document import YamlDocument
from shared.schemas.az_yaml.files import InvocationFile, InvocationPath, LocalPath
from shared.schemas.az_yaml.keys import Given, Key, Named, OneOrMore, Table, TextOr
from shared.schemas.az_yaml.kinds import Anything, Flag, OrEmpty, Text, Texts, Whole
from shared.schemas.az_yaml.settings_keys import CLASSIC, RETRY

TYPES = {"uri_folder": "UriFolder", "uri_file": "UriFile"}
WHERE = Text("a path, a URL or an `azureml:` reference")
_ONE = Table(
    (
        Key("type", Text(), "`uri_folder` or `uri_file`."),
        Key("path", WHERE, "Where it is.", is_required=True),
        Key("mode", Anything(), "Not needed."),
        Key("description", Anything(), "Not needed."),
    ),
    words="a mapping with type and path",
)
_GLOBS = OneOrMore(Text("a glob, such as `2026/**/*.csv`"))
_CHOICE = Table(
    (
        Key(
            "include",
            OrEmpty(_GLOBS),
            "Which files count, by their paths in the folder.",
            "include",
        ),
        Key("exclude", OrEmpty(_GLOBS), "Which of them do not.", "exclude"),
        Key("manifest", OrEmpty(Flag()), "The file lists the inputs.", "manifest"),
        Key(
            "changed_since",
            Text("a time with its zone, or an earlier job"),
            "Only files that changed since then.",
            "changedSince",
        ),
        Key(
            "newest",
            OrEmpty(Whole(1, MOST_NEWEST)),
            "Only so many files, those that changed last.",
            "newest",
        ),
        Key("split", Text(EXAMPLES), "Score large files in pieces.", "split"),
    )
)
_INPUT = replace(_ONE, keys=(*_ONE.keys, *_CHOICE.keys))
_COMPUTE = Table(
    (
        Key("target", Text(), "Another cluster.", "target"),
        Key("instance_count", Whole(1), "Instances of this job.", "instanceCount"),
    ),
    words="a mapping with instance_count",
)


def _as_deployed(key: Key) -> Key:
    """A deployment's key as a job has it: left out, it is what the deployment says."""
    if isinstance(key.kind, Table):
        inner = tuple(_as_deployed(one) for one in key.kind.keys)
        return replace(key, kind=replace(key.kind, keys=inner))
    return replace(key, default="as deployed")


_OF_DEPLOYMENTS = {"output_action", "environment_variables"}
INVOCATION = Table(
    (
        SCHEMA,
        Key("inputs", Named(TextOr(WHERE, _INPUT)), "Inputs by name."),
        Key("outputs", Named(TextOr(WHERE, _ONE)), "Outputs by name."),
        *(_as_deployed(key) for key in CLASSIC if key.name not in _OF_DEPLOYMENTS),
        Key("compute", _COMPUTE, "Instances of this job."),
        Key("resources", _COMPUTE, "Instances of this job."),
        Key("instance_count", Whole(1), "Instances of this job."),
        Key("experiment_name", Text(), "The experiment."),
        Key("properties", Texts(), "What the predictions look like: `outputFormat` and so on."),
        Key("name", Text(), "The job's name.", "name"),
        Key("deployment_name", Text(), "The deployment."),
    ),
    words="inputs, outputs and settings",
)


def invocation_spec(document: YamlDocument) -> InvocationFile:
    """Raises InvalidRequest, with the position."""
    return invocation_of(INVOCATION.read(document.root), document.base)


def invocation_of(given: Given, base: Path) -> InvocationFile:
    """The invocation that a mapping with its keys describes; raises InvalidRequest."""
    return InvocationFile(
        _paths(given, "inputs", base),
        _paths(given, "outputs", None),
        overrides_of(given),
        given.text("deployment_name"),
    )


def overrides_of(given: Given) -> JSON:
    """The job's own settings in ARM JSON, of a mapping that was read by the table's keys."""
    overrides = INVOCATION.wire(given)
    if retry := given.get("retry_settings"):
        overrides["retrySettings"] = RETRY.wire(retry)
    compute = dict[str, JSON]()
    for key in ("compute", "resources"):
        if value := given.get(key):
            compute |= _COMPUTE.wire(value)
    if count := given.get("instance_count"):
        compute["instanceCount"] = count
    if compute:
        overrides["compute"] = compute
    properties = dict[str, str](given.get("properties", {}))
    if experiment := given.get("experiment_name"):
        properties["experimentName"] = experiment
    if properties:
        overrides["properties"] = properties
    return overrides


def _paths(given: Given, key: str, base: Path | None) -> tuple[InvocationPath, ...]:
    """`base` is where relative paths begin; None: they are not paths of this machine."""
    values: dict[str, Given | str] = given.get(key, {})
    node = given.at(key) if values else given.node
    found = list[InvocationPath]()
    for name, value in values.items():
        one, path = node.entries[name], f"{given.key(key)}.{name}"
        kind = value.text("type") if isinstance(value, Given) else ""
        at = one.entries["path"] if isinstance(value, Given) else one
        where: LocalPath | str = address(at, base, f"{path}.path") if base else at.text
        chosen = _CHOICE.wire(value) if isinstance(value, Given) else {}
        chosen |= {
            key.wire: ""
            for key in _CHOICE.keys
            if key.name in one.entries and one.entries[key.name].is_empty
        }
        found.append(InvocationPath(name, TYPES.get(kind, kind), where, one.position, chosen))
    return tuple(found)
