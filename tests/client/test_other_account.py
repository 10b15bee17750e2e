"""The official SDK with its data in another account: by a datastore of that, and by https."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient, generate_blob_sas

from devhost.tls.certificates import Certificates
from local.azurite import Azurite
from tests.client.conftest import RunWithSdk
from tests.support.deploying import deploy_on
from tests.support.doubler import csv_of, rows_of
from tests.support.stack import Stack

ACCOUNT = "cellar"
TOLD = ("datastore ", "listed ", "job ", "files ")
ROWS = {"in/a.csv": (1, 2), "in/b.csv": (3, 4)}


@pytest.fixture
def cellar(https: Stack) -> Iterator[tuple[Azurite, ContainerClient]]:
    """A container of another account, over https too, with two files."""
    served_by = Certificates(Path(https.trust).parent)
    with Azurite(certificates=served_by, account=ACCOUNT) as azurite:
        client = ContainerClient.from_connection_string(
            azurite.connection_string, "trips", connection_verify=https.trust
        )
        with client:
            client.create_container()
            for name, row in ROWS.items():
                client.upload_blob(name, csv_of(row))
            yield azurite, client


def test_the_sdk_reads_and_writes_another_account(
    run_with_sdk: RunWithSdk,
    https: Stack,
    cellar: tuple[Azurite, ContainerClient],
    tmp_path: Path,
) -> None:
    azurite, trips = cellar
    until = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_blob_sas(
        ACCOUNT, "trips", "in/b.csv", account_key=azurite.key, permission="r", expiry=until
    )
    address = trips.primary_endpoint.removeprefix("https://").removesuffix("/trips")

    done = run_with_sdk(
        *("-m", "tests.client.other_account", deploy_on(https, "sdk-cellar")),
        *(f"{address}#", "trips", f"{trips.url}/in/b.csv?{sas}", str(tmp_path / "out")),
        ACCOUNT_KEY=azurite.key,
    )

    assert 0 == done.returncode, done.stdout[-5000:]
    said = [line for line in done.stdout.splitlines() if line.startswith(TOLD)]
    assert [
        "datastore True trips AccountKeyConfiguration",
        "listed True",
        "job 0 JobStatus.COMPLETED",
        "job 1 JobStatus.COMPLETED",
        "files ['0.csv', '1.csv']",
    ] == said
    expected = {name: rows_of(Path(name).name, row) for name, row in ROWS.items()}
    assert [*expected["in/a.csv"], *expected["in/b.csv"]] == lines(tmp_path / "out", "0.csv")
    assert expected["in/b.csv"] == lines(tmp_path / "out", "1.csv")
    assert sas not in f"{done.stdout}{https.log.read_text()}"


def lines(folder: Path, name: str) -> list[str]:
    (found,) = folder.rglob(name)
    return found.read_text().splitlines()
