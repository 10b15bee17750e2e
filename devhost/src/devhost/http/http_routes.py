"""The app's HTTP routes: which function answers a request, and which ones may clash."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from devhost.http.overlap import can_overlap
from devhost.http.template import RouteTemplate
from devhost.http.template_parser import BadTemplate, parse_template
from devhost.worker.checks import Complaint
from devhost.worker.function import Function, FunctionKind
from devhost.worker.indexing import refuse


@dataclass(frozen=True)
class HttpRoute:
    """Where one HTTP function answers. No methods means any."""

    function: Function
    template: RouteTemplate
    methods: frozenset[str]

    def takes(self, method: str) -> bool:
        return not self.methods or method.upper() in self.methods

    def shares_a_method_with(self, other: Self) -> bool:
        return not self.methods or not other.methods or bool(self.methods & other.methods)

    @property
    def label(self) -> str:
        return f"[{','.join(sorted(self.methods)) or 'ANY'}] /{self.template.text}"


@dataclass(frozen=True)
class RouteMatch:
    """The function for a request, and the values in its route."""

    function: Function
    values: Mapping[str, str]


class HttpRoutes:
    """All HTTP functions, in the order in which the real host tries them: by function name."""

    def __init__(self, functions: Iterable[Function], *, prefix: str) -> None:
        http = [function for function in functions if function.kind is FunctionKind.HTTP]
        self.all = _parsed(sorted(http, key=lambda one: one.name.casefold()), prefix)
        refuse(_same_route_twice(self.all))

    def match(self, method: str, path: str) -> RouteMatch | None:
        """The first function that takes a decoded path (without its leading slash)."""
        for route in self.all:
            values = route.template.match(path) if route.takes(method) else None
            if values is not None:
                return RouteMatch(route.function, values)
        return None

    def overlaps(self) -> Iterator[tuple[HttpRoute, HttpRoute]]:
        """Pairs that can match the same request, the one that wins here first."""
        for first, second in itertools.combinations(self.all, 2):
            if first.shares_a_method_with(second) and can_overlap(first.template, second.template):
                yield first, second


def describe_overlap(first: HttpRoute, second: HttpRoute) -> str:
    return (
        f"Routes of '{first.function.name}' {first.label} and '{second.function.name}' "
        f"{second.label} can match the same request. Here '{first.function.name}' is tried "
        "first, by its name; another version of the host may choose the other."
    )


def _parsed(functions: list[Function], prefix: str) -> tuple[HttpRoute, ...]:
    routes, complaints = [], []
    for function in functions:
        try:
            routes.append(_route(function, prefix))
        except BadTemplate as error:
            complaints.append(_bad_template(function, error))
    refuse(complaints)
    return tuple(routes)


def _route(function: Function, prefix: str) -> HttpRoute:
    text = _own_route(function)
    methods = frozenset(str(getattr(one, "value", one)).upper() for one in _methods(function))
    return HttpRoute(function, parse_template(f"{prefix}/{text}" if prefix else text), methods)


def _own_route(function: Function) -> str:
    """Without a route, or with an empty one, a function answers at its name."""
    return str(function.trigger.get("route") or function.name).strip("/")


def _methods(function: Function) -> Iterable[Any]:
    return function.trigger.get("methods") or ()


def _bad_template(function: Function, error: BadTemplate) -> Complaint:
    return Complaint(
        function.name,
        f"its route '{_own_route(function)}' is no route template: {error}.",
        "The real host would answer 503 to every request of the app: correct the template.",
    )


def _same_route_twice(routes: tuple[HttpRoute, ...]) -> Iterator[Complaint]:
    for first, second in itertools.combinations(routes, 2):
        same = first.template.text.lower() == second.template.text.lower()
        if same and first.shares_a_method_with(second):
            yield Complaint(
                second.function.name,
                f"its route '{second.template.text}' is also that of '{first.function.name}'.",
                "Give it another route, or other methods.",
            )
