"""Whether an endpoint's or a deployment's file is right, and the model that it names."""

from collections.abc import Iterator
from pathlib import Path

from cli.checks.finding import Finding, ok, wrong
from cli.checks.mlflow_model import check_mlflow_model
from cli.checks.scoring_script import check_scoring_script
from cli.scoring.model_source import MLMODEL
from shared.domain.errors import BatchError
from shared.schemas.az_yaml.deployment_file import deployment_spec
from shared.schemas.az_yaml.document import YamlDocument, load_file
from shared.schemas.az_yaml.endpoint_file import endpoint_spec
from shared.schemas.az_yaml.files import AssetFile, DeploymentFile, LocalPath

OF_DEPLOYMENTS = {"model", "code_configuration", "endpoint_name"}


def check_yaml_file(path: Path) -> Iterator[Finding]:
    try:
        document = load_file(path)
        deployments = _read(document)
    except BatchError as error:
        yield wrong("file", error.problem, error.fix)
        return
    yield ok("file", f"'{path}' is right.")
    for deployment in deployments:
        yield from _check_local_parts(deployment)


def _read(document: YamlDocument) -> tuple[DeploymentFile, ...]:
    """Its deployments; raises BatchError, with the position."""
    if OF_DEPLOYMENTS & set(document.root.entries):
        return (deployment_spec(document),)
    return endpoint_spec(document).deployments


def _check_local_parts(deployment: DeploymentFile) -> Iterator[Finding]:
    model = deployment.model
    if isinstance(model, AssetFile) and isinstance(model.path, LocalPath):
        folder = model.path.path
        if (folder / MLMODEL).is_file():
            yield from check_mlflow_model(folder)
    if isinstance(deployment.code, LocalPath):
        yield from check_scoring_script(deployment.code.path / deployment.scoring_script)
