"""An invocation, from flags and a file to the request's body and headers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.answers import JSON
from cli.connection.service import Service
from cli.endpoints.command_document import Settings, document_of
from cli.endpoints.input_flags import InputFlags, input_body, job_input_body
from cli.endpoints.output_flags import output_body
from cli.errors import UsageError
from shared.schemas.arm_output import check_output_texts
from shared.schemas.arm_selection import check_choice
from shared.schemas.az_yaml.files import InvocationFile
from shared.schemas.az_yaml.invocation_file import invocation_spec

DEPLOYMENT_HEADER = "azureml-model-deployment"
INPUT = "input"
OUTPUT_TYPE = "UriFile"
# Flags that choose files and split them, and what they are called in ARM JSON.
CHOICES = {
    "include": "include",
    "exclude": "exclude",
    "manifest": "manifest",
    "changed_since": "changedSince",
    "newest": "newest",
    "split": "split",
}


@dataclass(frozen=True)
class OtherFlags:
    """Where the job writes, and what it does differently from its deployment.

    `choice` says which files of the input count, in ARM JSON.
    """

    file: str = ""
    inputs: Iterable[str] = ()
    outputs: Iterable[str] = ()
    output_path: str = ""
    output_datastore: str = ""
    settings: Settings = None
    overrides: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    choice: Mapping[str, JSON] = field(default_factory=dict[str, JSON])


def request_of(
    service: Service, input_flags: InputFlags, flags: OtherFlags
) -> tuple[JSON, dict[str, str]]:
    """The body and the headers; local inputs are uploaded.

    Raises CommandError and InvalidRequest.
    """
    document = document_of(flags.file, flags.settings, _values(flags))
    spec = invocation_spec(document)
    _check_values(spec, flags)
    one, lists = input_flags.one(), bool(flags.choice.get("manifest"))
    inputs = {} if one is None else {INPUT: input_body(service, *one, is_manifest=lists)}
    inputs |= {
        other.name: job_input_body(service, other, is_manifest=lists) for other in spec.inputs
    }
    if not inputs:
        raise UsageError(
            "The job has no input.",
            fix="Write --input azureml:<data>:<version>, a path in a datastore, a URL, or a file "
            "or folder of this machine.",
        )
    inputs = {name: one | flags.choice for name, one in inputs.items()}
    output = output_body(flags.output_path, flags.output_datastore)
    properties = {**properties_of(spec, inputs), **output}
    headers = {DEPLOYMENT_HEADER: spec.deployment} if spec.deployment else {}
    return {"properties": properties}, headers


def chosen(flags: Mapping[str, Any]) -> dict[str, JSON]:
    """Which files of the input count, as flags say it that were written.

    An empty one takes back what the deployment says.
    """
    values = {name: flags.get(flag) for flag, name in CHOICES.items()}
    return {
        name: [one for one in value if one] if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None and value is not False
    }


def _check_values(spec: InvocationFile, flags: OtherFlags) -> None:
    """Raises InvalidRequest for what no deployment takes, before anything is uploaded."""
    check_output_texts(spec.overrides.get("properties", {}), "properties")
    check_choice(flags.choice, "inputs")


def properties_of(spec: InvocationFile, inputs: JSON) -> dict[str, Any]:
    """The properties of an invocation over inputs that are uploaded."""
    properties: dict[str, Any] = {"inputData": inputs, **spec.overrides}
    if spec.outputs:
        outputs = {
            one.name: {"jobOutputType": one.kind or OUTPUT_TYPE, "uri": one.path}
            for one in spec.outputs
        }
        properties["outputData"] = outputs
    return properties


def _values(flags: OtherFlags) -> dict[str, JSON]:
    named = {"inputs": flags.inputs, "outputs": flags.outputs}
    maps = {key: _named(words, f"--{key}") for key, words in named.items()}
    return {**flags.overrides, **{key: value for key, value in maps.items() if value}}


def _named(words: Iterable[str], flag: str) -> dict[str, JSON]:
    """`name=address name=address`, or one JSON object."""
    pieces = list(words)
    text = " ".join(pieces).strip()
    if text.startswith("{"):
        try:
            return dict(json.loads(text))
        except ValueError as error:
            raise UsageError(f"{flag} is not JSON: {error}.", fix=_shape(flag)) from None
    pairs = [piece.partition("=") for piece in pieces]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise UsageError(f"{flag} '{name}{equals}{value}' names nothing.", fix=_shape(flag))
    return {name: value for name, _, value in pairs}


def _shape(flag: str) -> str:
    return f'Write {flag} name=address, or JSON: {{"name": {{"path": "..."}}}}.'
