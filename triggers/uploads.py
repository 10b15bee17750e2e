"""Uploads: a container of its own for the files of an asset that is about to be registered."""

from functools import partial
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import NO_STORE, Request, Response
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, own_body
from shared.application.start_upload import start_upload as start
from shared.domain.names import asset_name
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas import bodies
from shared.schemas.arm_datastores import read_pending_upload, write_pending_upload
from shared.services import Services

bp = df.Blueprint()
# ARM's folder of a kind of asset, and the word that its containers' names begin with.
KINDS = {"codes": "code", "models": "model", "data": "data"}


def start_upload(kind: str, request: Request, services: Services, _: Orchestrations) -> Response:
    """A fresh container each time: what is uploaded never mixes with anything else."""
    asset_name(request.path["name"], f"{kind} name")
    asset_name(request.path["version"], f"{kind} version")
    read_pending_upload(own_body(request, services.settings) if request.body.strip() else {})
    upload = start(services.uploads, services.datastores, services.signer, kind)
    return Response(
        HTTPStatus.OK, write_pending_upload(upload.container, upload.url, upload.sas), NO_STORE
    )


ROUTES = tuple(
    Route(
        f"start_{kind}_upload",
        "POST",
        f"{WORKSPACE}/{folder}/{{name}}/versions/{{version}}/startPendingUpload",
        Role.CONTRIBUTOR,
        partial(start_upload, kind),
        docs=RouteDocs(f"A container to upload {folder} to.", body=bodies.PENDING_UPLOAD),
    )
    for folder, kind in KINDS.items()
)
register(bp, ROUTES)
