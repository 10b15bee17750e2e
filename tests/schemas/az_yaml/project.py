"""A project folder as users have it: models, a script, a conda file, and YAML files about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

CONDA = "name: mnist\ndependencies:\n- python=3.8\n"
PREVIEW_ENDPOINT = """\
$schema: https://azuremlschemas.azureedge.net/latest/batchEndpoint.schema.json
name: taxi-endpoint
description: Taxi fares
type: batch
auth_mode: aad_token
traffic:
  first: 100
  second: 0
deployments:
  - name: first
    model:
      name: fares
      version: 1
      local_path: ./fares
    compute:
      target: azureml:cpu-cluster
      instance_count: 5
    mini_batch_size: 10
    output_file_name: predictions.csv
    retry_settings:
      max_retries: 3
      timeout: 30
    error_threshold: -1
    logging_level: info
"""
PREVIEW_DEPLOYMENT = """\
name: digits
model:
  name: digits
  version: 1
  local_path: ./digits/
code_configuration:
  code:
    local_path: ./code/
  scoring_script: score.py
environment:
  name: digits-env
  version: 1
  path: ./environment
  conda_file: file:./conda.yml
  docker:
    image: mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04
compute:
  target: azureml:cpu-cluster
  instance_count: 1
"""
GA_DEPLOYMENT = """\
name: digits
endpoint_name: digits-endpoint
model:
  local_path: ./digits
code_configuration:
  code:
    local_path: ./code
  scoring_script: score.py
environment:
  conda_file: ./environment/conda.yml
  image: mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04
compute: azureml:cpu-cluster
resources:
  instance_count: 2
max_concurrency_per_instance: 2
mini_batch_size: 10
output_action: appendrow
output_file_name: predictions.csv
retry_settings:
  max_retries: 3
  timeout: 30
error_threshold: -1
logging_level: info
"""
CLASSIC_DEPLOYMENT = (
    GA_DEPLOYMENT.replace("  local_path: ./digits", "  path: ./digits")
    .replace("  code:\n    local_path: ./code\n", "  code: ./code\n")
    .replace("appendrow", "append_row")
    + "environment_variables:\n  LEVEL: 1\n"
)
MODEL_DEPLOYMENT = """\
name: digits
endpoint_name: digits-endpoint
type: model
model:
  path: ./digits
code_configuration:
  code: ./code
  scoring_script: score.py
environment:
  conda_file: ./environment/conda.yml
  image: mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04
compute: azureml:cpu-cluster
resources:
  instance_count: 2
settings:
  max_concurrency_per_instance: 2
  mini_batch_size: 10
  output_action: append_row
  output_file_name: predictions.csv
  retry_settings:
    max_retries: 3
    timeout: 30
  error_threshold: -1
  logging_level: info
  environment_variables:
    LEVEL: 1
"""
FILES = {
    "fares/MLmodel": "flavors: {}\n",
    "digits/weights.txt": "1",
    "code/score.py": "def run(files):\n    return files\n",
    "environment/conda.yml": CONDA,
}

type Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts the project into a folder, and a YAML file beside it."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write(text: str) -> Path:
        path = tmp_path / "file.yml"
        path.write_text(text)
        return path

    return write
