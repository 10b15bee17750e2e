"""Data in another account by the official SDK: a script, told by its arguments and environment."""

import os
import sys
import time
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output
from azure.ai.ml.entities import AccountKeyConfiguration, AzureBlobDatastore

from tests.client.first_steps import TokenOfTheEnvironment

NAME, FOLDER = "sdk_cellar", "azureml://datastores/sdk_cellar/paths"
LIMIT_S = 120


def tell(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201


def ended(ml: MLClient, job: str) -> str:
    until = time.monotonic() + LIMIT_S
    while (status := ml.jobs.get(job).status) not in {"Completed", "Failed", "Canceled"}:
        assert time.monotonic() < until, f"{job} is {status}"
        time.sleep(0.2)
    return str(status)


def main(endpoint: str, account: str, container: str, url: str, folder: str) -> None:
    ml = MLClient(TokenOfTheEnvironment(), "00000000-0000-0000-0000-000000000000", "local", "local")
    ml.datastores.create_or_update(
        AzureBlobDatastore(
            name=NAME,
            account_name=account,
            container_name=container,
            credentials=AccountKeyConfiguration(account_key=os.environ["ACCOUNT_KEY"]),
        )
    )
    got = ml.datastores.get(NAME)
    tell(
        "datastore", got.account_name == account, got.container_name, type(got.credentials).__name__
    )
    tell("listed", NAME in [one.name for one in ml.datastores.list()])

    inputs = (
        Input(type="uri_folder", path=f"{FOLDER}/in"),
        Input(type="uri_file", path=url),
    )
    for number, given in enumerate(inputs):
        path = f"{FOLDER}/out/{number}.csv"
        job = ml.batch_endpoints.invoke(
            endpoint_name=endpoint,
            input=given,
            outputs={"score": Output(type="uri_file", path=path)},
        )
        tell("job", number, ended(ml, job.name))
        ml.jobs.download(job.name, download_path=folder, output_name="score")
    tell("files", sorted(path.name for path in Path(folder).rglob("*.csv")))


if __name__ == "__main__":
    main(*sys.argv[1:])
