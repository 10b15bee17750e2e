"""Predictions of several files, fetched by the official SDK: a script, told by its arguments."""

import json
import sys
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output

from tests.client.first_steps import TokenOfTheEnvironment
from tests.client.other_account import ended, tell


def main(endpoint: str, uri: str, jobs: str, folder: str) -> None:
    """`jobs` are their properties by name, as JSON; each is fetched into a folder of its name."""
    ml = MLClient(TokenOfTheEnvironment(), "00000000-0000-0000-0000-000000000000", "local", "local")
    for name, properties in json.loads(jobs).items():
        place = f"azureml://datastores/workspaceblobstore/paths/sdk-layouts/{name}/"
        job = ml.batch_endpoints.invoke(
            endpoint_name=endpoint,
            input=Input(type="uri_folder", path=uri),
            outputs={"score": Output(type="uri_folder", path=place)},
            params_override=[{"properties": properties}],
        )
        tell(name, ended(ml, job.name))
        child = next(iter(ml.jobs.list(parent_job_name=job.name))).name
        ml.jobs.download(
            job.name, download_path=str(Path(folder, name, "job")), output_name="score"
        )
        ml.jobs.download(child, download_path=str(Path(folder, name, "child")), output_name="score")
        ml.jobs.download(job.name, download_path=str(Path(folder, name, "all")), all=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
