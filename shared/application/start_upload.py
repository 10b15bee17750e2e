"""Start an upload: a container of its own for the files of an asset that is to be registered."""

from dataclasses import dataclass
from datetime import timedelta

from shared.ports import Signer
from shared.stores.datastores import Datastores
from shared.stores.uploads import Uploads

WRITES = "rcwl"
UPLOAD_LIFETIME = timedelta(hours=8)


@dataclass(frozen=True)
class StartedUpload:
    """The container, its URL, and the SAS to write to it: a secret, never kept."""

    container: str
    url: str
    sas: str


def start_upload(
    uploads: Uploads, datastores: Datastores, signer: Signer, kind: str
) -> StartedUpload:
    """A fresh container each time: what is uploaded never mixes with anything else."""
    container = uploads.start(kind)
    sas = signer.container_sas(container, WRITES, UPLOAD_LIFETIME)
    return StartedUpload(container, f"{datastores.account_url}/{container}", sas)
