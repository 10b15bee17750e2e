"""What the host prints at its start: where it listens, and what it serves."""

from collections import Counter
from collections.abc import Iterable

from devhost.http.http_routes import HttpRoute
from devhost.worker.function import Function, FunctionKind

TITLES = {
    FunctionKind.HTTP: "HTTP",
    FunctionKind.ORCHESTRATION: "Orchestrators",
    FunctionKind.ACTIVITY: "Activities",
    FunctionKind.ENTITY: "Entities",
    FunctionKind.TIMER: "Timers",
    FunctionKind.BLOB: "Blobs",
}


def start_up_line(url: str, functions: Iterable[Function]) -> str:
    """Where it listens, and how many functions of which kind it serves."""
    kinds = Counter(one.kind for one in functions)
    counted = ", ".join(f"{TITLES[kind]} {kinds[kind]}" for kind in TITLES if kinds[kind])
    summary = f"{counted or 'no functions'}; --routes lists them"
    return f"Listening on {url} (Ctrl-C stops). {summary}."


def routes_block(url: str, functions: Iterable[Function], routes: Iterable[HttpRoute]) -> str:
    """The functions by kind, the HTTP ones with their URLs."""
    lines = ["", "Functions:", ""]
    lines += [f"    {one.function.name}: {_address(url, one)}" for one in routes]
    for kind in (kind for kind in TITLES if kind is not FunctionKind.HTTP):
        names = sorted(one.name for one in functions if one.kind is kind)
        lines += [f"    {TITLES[kind]}: {', '.join(names)}"] if names else []
    return "\n".join([*lines, ""])


def _address(url: str, route: HttpRoute) -> str:
    methods = ",".join(sorted(route.methods)) or "ANY"
    return f"[{methods}] {url}/{route.template.text}"
