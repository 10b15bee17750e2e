"""`init`: an endpoint's and a deployment's file for a model folder, commented, to be edited."""

import json
import os
import shlex
from pathlib import Path

from cli.answers import JSON
from cli.console import Console
from cli.context import Context
from cli.errors import UsageError
from cli.scoring.model_source import Choices, ModelSource, read_model, short_name
from cli.scoring.results import read_out

SHORTEST_NAME = 3
SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
ENDPOINT = """\
# What is invoked. Create it, and then its deployment:
#   bep batch-endpoint create --file {endpoint_file}
#   bep batch-deployment create --file {deployment_file} --set-default
$schema: {schemas}/batchEndpoint.schema.json
name: {name}
# description: What it tells, of what.
auth_mode: aad_token
"""
DEPLOYMENT = """\
# How the endpoint scores. Paths begin in this file's folder.
$schema: {schemas}/modelBatchDeployment.schema.json
name: main
endpoint_name: {name}
type: model
model: {model}
{code}# compute: azureml:my-cluster      # bounds instance_count
resources:
  instance_count: 1
settings:
  mini_batch_size: 10              # files in one call of {call}
  max_concurrency_per_instance: 1  # processes side by side
  error_threshold: -1              # files that may fail; -1: any number
  retry_settings:
    max_retries: 3                 # tries of a mini-batch
    timeout: 30                    # seconds for one of them
  output_action: append_row
  output_file_name: predictions.csv
  logging_level: info
"""
CODE = """\
code_configuration:
  code: {code}
  scoring_script: {script}         # has init() and run(mini_batch)
{environment}"""
ENVIRONMENT = """\
environment:
  conda_file: {conda_file}
"""
NO_ENVIRONMENT = """\
# environment:                     # left out: the service's own packages
#   conda_file: conda.yml
"""


def init(context: Context, model: str, *, out: str = ".") -> JSON:
    """The paths of both files. Raises UsageError when one is there already."""
    del context
    source, folder = read_model(model, Choices()), read_out(out)
    paths = {"endpoint": folder / "endpoint.yml", "deployment": folder / "deployment.yml"}
    for path in paths.values():
        if path.exists():
            raise UsageError(
                f"'{path}' is there already, and nothing is overwritten.",
                fix="Name another folder by --out.",
            )
    folder.mkdir(parents=True, exist_ok=True)
    paths["endpoint"].write_text(_endpoint(source, paths), encoding="utf-8")
    paths["deployment"].write_text(_deployment(source, folder), encoding="utf-8")
    Console().line(_next(paths))
    return {name: str(path) for name, path in paths.items()}


def _next(paths: dict[str, Path]) -> str:
    endpoint, deployment = (shlex.quote(str(paths[name])) for name in ("endpoint", "deployment"))
    return (
        "Look at both files, and create what they say:\n"
        f"  bep batch-endpoint create --file {endpoint}\n"
        f"  bep batch-deployment create --file {deployment} --set-default"
    )


def _endpoint(source: ModelSource, paths: dict[str, Path]) -> str:
    return ENDPOINT.format(
        schemas=SCHEMAS,
        name=_name(source),
        endpoint_file=paths["endpoint"].name,
        deployment_file=paths["deployment"].name,
    )


def _deployment(source: ModelSource, base: Path) -> str:
    path = _relative(source.folder, base)
    return DEPLOYMENT.format(
        schemas=SCHEMAS,
        name=_name(source),
        model=source.reference or f"\n  path: {path}",
        code=_code(source, base),
        call="run()" if source.script else "the scorer",
    ).replace("model: \n", "model:\n")


def _code(source: ModelSource, base: Path) -> str:
    if not source.script:
        return ""
    conda = source.conda_file
    environment = ENVIRONMENT.format(conda_file=_relative(conda, base)) if conda else NO_ENVIRONMENT
    code = _relative(source.code, base)
    return CODE.format(code=code, script=source.script, environment=environment)


def _relative(path: Path, base: Path) -> str:
    """From the YAML file, in quotes that YAML reads like JSON's."""
    relative = os.path.relpath(path.absolute(), base.absolute())
    return json.dumps(relative if relative.startswith("..") else f"./{relative}")


def _name(source: ModelSource) -> str:
    name = short_name(source.name)
    return name if len(name) >= SHORTEST_NAME else f"{name}-endpoint"
