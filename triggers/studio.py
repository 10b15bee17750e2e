"""The Studio: the page on which people look at endpoints and jobs, and its files.

Every address of it answers the same document; what is shown there is the page's own business.
All references are relative, so that it works under any address, whatever stands before the path.
"""

from dataclasses import replace
from functools import lru_cache, partial
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.static_files import NOSNIFF, StaticFile
from shared.api.studio_assets import FILES
from shared.api.studio_modules import needed
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()
PAGES = {
    "studio": ("studio", "pages/endpoints"),
    "studio_page": ("studio/{page}", ""),
    "studio_endpoint": ("studio/endpoints/{endpoint}", "pages/endpoint"),
    "studio_job": ("studio/jobs/{job}", "pages/job"),
    "studio_job_part": ("studio/jobs/{job}/{part}", "pages/job"),
    "studio_below_endpoint": ("studio/endpoints/{endpoint}/{rest}", ""),
    "studio_below_part": ("studio/jobs/{job}/{part}/{rest}", ""),
}
"""The template of each page's address, and the module that draws it."""
KNOWN = {"sign-in": "pages/sign_in", "endpoints": "pages/endpoints", "jobs": "pages/jobs"}
"""What `{page}` may be. Another one is told by the page itself, and by the answer's status."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    **NOSNIFF,
}
AHEAD = "app/ahead.js"
"""What asks for the first answers: these pass the other modules in the browser's queue."""
OVERVIEW = "overview"
"""The part of a job's page whose address names none."""


def get_page(
    name: str, module: str, request: Request, _services: Services, _: Orchestrations
) -> Response:
    """The document of one page, with its files' addresses as seen from the requested path."""
    FILES.refresh()
    up = "../" * (request.requested_path.count("/") - 1)
    assets = f"{up or './'}studio/assets/{FILES.version}"
    named = request.path.get("page", "jobs")
    first = _first(KNOWN.get(named, "") if "page" in request.path else module, request)
    page = _document(name, assets, first).answer(request, HEADERS)
    is_known = named in KNOWN and "rest" not in request.path
    has_body = page.status == HTTPStatus.OK
    return replace(page, status=HTTPStatus.NOT_FOUND) if has_body and not is_known else page


def _first(module: str, request: Request) -> tuple[str, ...]:
    """The modules that the page begins with."""
    part = request.path.get("part", OVERVIEW if "job" in request.path else "").replace("-", "")
    first = (AHEAD, "app/main.js", f"app/{module}.js", f"app/job/{part}.js", _next(request))
    return tuple(path for path in first if path in FILES.files)


def _document(name: str, assets: str, first: tuple[str, ...]) -> StaticFile:
    text = FILES.files[f"{name}.html"].data.decode()
    text = text.replace("{{preloads}}", _preloads(FILES.version, *first))
    text = text.replace("{{assets}}", assets)
    return StaticFile(text.encode(), FILES.files[f"{name}.html"].media_type)


def _next(request: Request) -> str:
    """The module of the page that is shown once somebody has signed in; else of none."""
    noun, _, one = request.query.get("to", "").strip("/").partition("/")
    return f"app/pages/{noun.removesuffix('s') if one else noun}.js"


@lru_cache(maxsize=32)
def _preloads(_version: str, *first: str) -> str:
    """What is needed in any case, so that a browser need not find it file by file."""
    modules, styles = needed(FILES.files, first)
    lines = [f'<link rel="preload" as="style" href="{{{{assets}}}}/{path}">' for path in styles]
    soon, _ = needed(FILES.files, (AHEAD,))
    for path in modules:
        later = "" if path in soon else ' fetchpriority="low"'
        lines.append(f'<link rel="modulepreload"{later} href="{{{{assets}}}}/{path}">')
    return "\n".join(lines)


def get_file(request: Request, _services: Services, _: Orchestrations) -> Response:
    parts = [request.path[name] for name in ("folder", "inner", "file") if name in request.path]
    return FILES.answer(request, request.path["version"], "/".join(parts))


_PAGE = RouteDocs("A page of the Studio.", answers={HTTPStatus.OK: AnswerKind.FILE})
_MAY_BE_NONE = RouteDocs(
    "A page of the Studio; 404 where there is no such page.",
    answers={HTTPStatus.OK: AnswerKind.FILE, HTTPStatus.NOT_FOUND: AnswerKind.FILE},
)
_DOCS = RouteDocs("The OpenAPI document, to look at.", answers={HTTPStatus.OK: AnswerKind.FILE})
_FILE = RouteDocs("A file of the Studio.", answers={HTTPStatus.OK: AnswerKind.FILE})
_ASSETS = "studio/assets/{version}"

ROUTES = (
    *(
        Route(
            name,
            "GET",
            template,
            None,
            partial(get_page, "index", module),
            docs=_PAGE if module else _MAY_BE_NONE,
        )
        for name, (template, module) in PAGES.items()
    ),
    Route("get_docs", "GET", "docs", None, partial(get_page, "docs", ""), docs=_DOCS),
    Route("studio_file", "GET", f"{_ASSETS}/{{file}}", None, get_file, docs=_FILE),
    Route("studio_module", "GET", f"{_ASSETS}/{{folder}}/{{file}}", None, get_file, docs=_FILE),
    Route(
        "studio_part",
        "GET",
        f"{_ASSETS}/{{folder}}/{{inner}}/{{file}}",
        None,
        get_file,
        docs=_FILE,
    ),
)
register(bp, ROUTES)
