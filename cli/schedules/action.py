"""What a schedule's file says, as the service takes it: local inputs are uploaded first."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.answers import JSON
from cli.assets.yaml_asset import usage_errors
from cli.connection.service import Service
from cli.endpoints.input_flags import job_input_body
from cli.endpoints.invocation import properties_of
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.files import ScheduleFile
from shared.schemas.az_yaml.nodes import Position
from shared.schemas.az_yaml.overrides import node_of
from shared.schemas.az_yaml.schedule_file import changed_properties, schedule_spec


def read_schedule(file: str | None, name: str | None, overrides: Sequence[str]) -> ScheduleFile:
    """Raises UsageError."""
    path = Path(file).expanduser() if file else None
    with usage_errors():
        return schedule_spec(load_file(path, overrides, {"name": name}))


def read_changes(words: Mapping[str, JSON]) -> JSON:
    """Raises InvalidRequest."""
    return changed_properties(node_of(dict(words), Position("--set")))


def action_of(service: Service, spec: ScheduleFile) -> JSON:
    """Raises CommandError."""
    if spec.invocation is None:
        job = {"jobType": "Pipeline", "sourceJobId": spec.source_job}
        return {"actionType": "CreateJob", "jobDefinition": job}
    inputs = {one.name: job_input_body(service, one) for one in spec.invocation.inputs}
    definition = {
        "endpointName": spec.endpoint,
        "deploymentName": spec.invocation.deployment,
        "properties": properties_of(spec.invocation, inputs),
    }
    return {"actionType": "InvokeBatchEndpoint", "endpointInvocationDefinition": definition}
