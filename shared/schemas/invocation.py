"""The body of a POST to the scoring URI: today's, and the 2021 article's.

Today: `{"properties": {"inputData": {"<name>": {"jobInputType": "UriFolder", "uri": "..."}}}}`.
The article's: `{"properties": {"dataset": {"dataInputType": "DataUrl", "path": "..."}, ...}}`.
Keys come in PascalCase or camelCase; null counts as absent. Which files count may be said at the
input, and in `properties` beside it; where both say it, the input does.
"""

import json
from typing import Never

from shared.domain.asset import DataType
from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON, Message
from shared.domain.names import asset_name
from shared.domain.reference import parse_compute, parse_datastore
from shared.schemas.arm_output import read_output_options
from shared.schemas.arm_selection import Given, read_of_input, read_of_properties, select
from shared.schemas.arm_settings import read_settings
from shared.schemas.arm_webhooks import JobWebhook, read_job_webhook
from shared.schemas.fields import Fields
from shared.schemas.trial import Trial, read_trial

INPUT_TYPES = {"UriFolder": DataType.URI_FOLDER, "UriFile": DataType.URI_FILE}
OUTPUT_TYPE = "UriFile"
FOLDER = "azureml://datastores/workspaceblobstore/paths/my-folder"
EXAMPLES = {"path": FOLDER, "datasetId": ".../data/<name>/versions/<version>"}
# The names under which Azure ML knows job inputs, for the message its users know.
JOB_INPUT_TYPES = ("Literal", "MLTable", "CustomModel", "MLFlowModel", "TritonModel")


class Invocation(Message):
    """What a client asks for. `output_uri` is empty, or names the file to write.

    `compute` is empty for the deployment's own. `chooses`: the request itself, and not only the
    deployment, says which files of the input count.
    """

    input_name: str
    input_type: DataType
    input_uri: str
    input_field: str
    output_name: str = "score"
    output_uri: str = ""
    output_field: str = ""
    settings: BatchSettings
    compute: str = ""
    job_name: str = ""
    experiment: str = ""
    webhook: JobWebhook | None = None
    chooses: bool = False
    trial: Trial = Trial()


def read_invocation(body: JSON, deployed: BatchSettings) -> Invocation:
    """Read a request, over a deployment's settings; raises InvalidRequest naming the field."""
    envelope = Fields.of(body)
    properties = envelope.object("properties")
    envelope.refuse_others()
    settings, compute = _read_overrides(properties, deployed)
    input_name, input_type, uri, field, given = _read_input(properties)
    given = _read_selection(properties) | given
    path = field.rpartition(".")[0]
    selection = select(deployed.selection, given, path)
    name, more = properties.text("name"), properties.object("properties")
    output = read_output_options(
        dict(more.entries()), properties.path("properties"), deployed.output
    )
    settings = settings.model_copy(update={"output": output, "selection": selection})
    output_name, output_uri, output_field = _read_output(properties, settings)
    invocation = Invocation(
        input_name=input_name,
        input_type=input_type,
        input_uri=uri,
        input_field=field,
        output_name=output_name,
        output_uri=output_uri,
        output_field=output_field,
        settings=settings,
        compute=compute,
        job_name=asset_name(name, "job name", target=properties.path("name")) if name else "",
        experiment=more.text("experimentName") or properties.text("experimentName"),
        webhook=read_job_webhook(properties),
        chooses=bool(given.keys() - {"split"}),
        trial=read_trial(properties),
    )
    properties.ignore("description", "tags", "displayName", "partitionKeys")
    properties.refuse_others()
    return invocation


def _read_overrides(properties: Fields, deployed: BatchSettings) -> tuple[BatchSettings, str]:
    """The job's settings, and the compute that it names instead of the deployment's."""
    compute = properties.object("compute")
    target = compute.text("target")
    if target:
        parse_compute(target, target=compute.path("target"))
    compute.ignore("isLocal", "location", "properties", "instanceType")  # client's habits
    settings = read_settings(properties, instances=compute, base=deployed)
    compute.refuse_others()
    if settings.output_action is not deployed.output_action:
        raise InvalidRequest(
            "'properties.outputAction' cannot be changed for one job.",
            fix="Create a deployment with that output action.",
            target="properties.outputAction",
        )
    return settings, target


def _read_selection(properties: Fields) -> Given:
    more = properties.raw("properties")
    path = properties.path("properties")
    return read_of_properties(more, path) if isinstance(more, dict) else {}


def _read_input(properties: Fields) -> tuple[str, DataType, str, str, Given]:
    inputs = list(properties.object("inputData").entries())
    if properties.has("dataset"):
        _refuse_second_input(inputs, properties)
        return "dataset", DataType.URI_FOLDER, *_read_dataset(properties.object("dataset")), {}
    if len(inputs) != 1:
        raise InvalidRequest(
            f"'{properties.path('inputData')}' has {len(inputs)} inputs; a model deployment takes "
            "exactly one.",
            fix='Send "inputData": {"input": {"jobInputType": "UriFolder", "uri": "..."}}.',
            target=properties.path("inputData"),
        )
    name, value = inputs[0]
    fields = Fields.of(value, f"{properties.path('inputData')}.{name}")
    kind = fields.text("jobInputType", "UriFolder")
    types = {key.lower(): value for key, value in INPUT_TYPES.items()}
    if kind.replace("_", "").lower() not in types:
        _refuse_input_type(kind)
    uri, given = fields.required("uri", FOLDER), read_of_input(fields)
    fields.ignore("mode", "description")
    fields.refuse_others()
    return name, types[kind.replace("_", "").lower()], uri, fields.path("uri"), given


def _refuse_second_input(inputs: list[tuple[str, JSON]], properties: Fields) -> None:
    if inputs:
        raise InvalidRequest(
            f"'{properties.path('dataset')}' and '{properties.path('inputData')}' both name an "
            "input; a model deployment takes exactly one.",
            fix="Send one of the two.",
            target=properties.path("inputData"),
        )


def _refuse_input_type(kind: str) -> Never:
    """In the words that users of Azure ML know."""
    known = {name.lower(): name for name in JOB_INPUT_TYPES}
    spelling = known.get(kind.lower(), kind[:100])
    message = (
        f"The specified job input type '{spelling}JobInput' is not supported. The supported types "
        "are: UriFileJobInput, UriFolderJobInput."
    )
    _refuse(
        "InputData.Values[0]", message, spelling, "Use the job input type UriFolder or UriFile."
    )


def _read_dataset(dataset: Fields) -> tuple[str, str]:
    """The article's input: its address, and the field that holds it."""
    kind = dataset.choice(
        "dataInputType",
        {"DataUrl": "path", "DatasetId": "datasetId", "DatasetVersion": "datasetName"},
    )
    field = kind or "path"
    if field == "datasetName":
        name = dataset.required("datasetName", "mnist")
        uri = f"azureml:{name}:{dataset.required('datasetVersion', '1')}"
    else:
        uri = dataset.required(field, EXAMPLES[field])
    dataset.refuse_others()
    return uri, dataset.path(field)


def _read_output(properties: Fields, settings: BatchSettings) -> tuple[str, str, str]:
    if properties.has("outputDataset"):
        return _read_output_dataset(properties.object("outputDataset"), settings)
    outputs = list(properties.object("outputData").entries())
    if not outputs:
        return "score", "", ""
    if len(outputs) > 1:
        raise InvalidRequest(
            f"'{properties.path('outputData')}' has {len(outputs)} outputs; a model deployment "
            "has exactly one.",
            fix="Name one output file.",
            target=properties.path("outputData"),
        )
    name, value = outputs[0]
    fields = Fields.of(value, f"{properties.path('outputData')}.{name}")
    kind = fields.text("jobOutputType", OUTPUT_TYPE)
    is_folder = kind.replace("_", "").lower() == "urifolder" and not settings.output.is_single
    if kind.replace("_", "").lower() != OUTPUT_TYPE.lower() and not is_folder:
        _refuse(
            "OutputData.Values[0].JobOutputType",
            "Job output type must be 'uri_file'.",
            kind[:100],
            "Use UriFile, and name the file to write in uri; UriFolder is for outputLayout.",
        )
    uri = fields.text("uri")
    fields.ignore("mode", "description")
    fields.refuse_others()
    return name, uri, fields.path("uri")


def _read_output_dataset(fields: Fields, settings: BatchSettings) -> tuple[str, str, str]:
    """The article's output: a datastore's id (or name) and a folder in it."""
    field = fields.path("datastoreId")
    name = parse_datastore(fields.required("datastoreId", "workspaceblobstore"), target=field)
    folder = fields.text("path").strip("/")
    fields.refuse_others()
    path = f"{folder}/{settings.file_name}" if folder else settings.file_name
    return "score", f"azureml://datastores/{name}/paths/{path}", field


def _refuse(name: str, message: str, attempted: str, fix: str) -> Never:
    error = {
        "PropertyName": name,
        "ErrorMessage": message,
        "AttemptedValue": attempted,
        "ErrorCode": "PredicateValidator",
    }
    raise InvalidRequest(
        "The Job request provided has the following validation errors. Please resolve them and "
        f"try again. Errors: [{json.dumps(error)}]",
        fix=fix,
        target=name,
    )
