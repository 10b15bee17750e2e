"""The Studio's picker of inputs: what lies in a folder of a datastore."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.browse_datastore import browse_datastore
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()


def list_folder(request: Request, services: Services, _: Orchestrations) -> Response:
    datastore = request.query.get("datastore") or services.settings.default_datastore
    folder = request.query.get("folder", "").strip("/")
    container = services.datastores.container(datastore, target="datastore")
    entries, has_more = browse_datastore(
        services.blobs, container, folder, request.query.get("after", "")
    )
    return Response(
        HTTPStatus.OK,
        {
            "datastore": datastore,
            "folder": folder,
            "entries": [{"name": one.name, "isFolder": one.is_folder} for one in entries],
            "hasMore": has_more,
        },
    )


_FOLDER = RouteDocs(
    "What lies in a folder of a datastore.",
    answers={HTTPStatus.OK: AnswerKind.DOCUMENT},
    query=("datastore", "folder", "after"),
)
ROUTES = (
    Route("studio_folder", "GET", "studio/api/files", Role.READER, list_folder, docs=_FOLDER),
)
register(bp, ROUTES)
