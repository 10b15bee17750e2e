"""Answers that a page of the Studio has already: it asks often, and mostly nothing changed.

The tag is of the whole answer, while a resource's own ETag is of its document only: a deployment's
stage moves on without it. Who writes with If-Match finds that one in the body, as `etag`.
"""

import hashlib
import json
from dataclasses import replace
from http import HTTPStatus

from shared.api.http import Request, Response
from shared.api.studio_session import HEADER

DIGITS = 20


def if_changed(request: Request, response: Response) -> Response:
    """The answer, with a tag of its content; 304 without content if the page has just that."""
    is_document = response.status == HTTPStatus.OK and response.body is not None
    if request.method != "GET" or HEADER not in request.headers or not is_document:
        return response
    content = json.dumps(response.body, sort_keys=True).encode()
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:DIGITS]}"'
    headers = {**response.headers, "ETag": tag, "Cache-Control": "no-store"}
    if request.headers.get("if-none-match") == tag:
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    return replace(response, headers=headers)
