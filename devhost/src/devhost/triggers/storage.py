"""Which storage account a trigger's `connection` means."""

import os

from devhost.host_errors import AppRefused

DEVELOPMENT = "usedevelopmentstorage=true"
# The account and key of every storage emulator: public, and good for nothing else.
EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey="
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
)


def connection_string(connection: str, *, where: str) -> str:
    """The app setting of that name, with or without the prefix `AzureWebJobs`."""
    names = (connection, f"AzureWebJobs{connection}")
    found = next((os.environ[name] for name in names if os.environ.get(name)), None)
    if found is None:
        raise AppRefused(
            f"{where} uses the connection '{connection}', which is not set.",
            fix=f"Set '{connection}' to a storage connection string.",
        )
    return EMULATOR if found.strip(" ;").lower() == DEVELOPMENT else found
