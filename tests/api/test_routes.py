"""Dispatch: what every route has in common, whatever its handler does."""

import dataclasses
import inspect
from pathlib import Path

import pytest

from shared.api.http import Request, Response
from shared.api.routes import UNBOUND, Route, dispatch
from shared.domain.errors import NotFound
from shared.ports import Orchestrations
from shared.services import Services
from tests.support.requests import WORKSPACE, http_request
from tests.support.route_table import ROUTES
from tests.support.services_in_memory import services_in_memory

OF_WORKSPACE = [route for route in ROUTES if "{workspace}" in route.template]
REACHED = Response(299)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return services_in_memory(Path(tmp_path_factory.mktemp("scratch")))[0]


def reach(_request: Request, _services: Services, _: Orchestrations) -> Response:
    return REACHED


def name_of(route: Route) -> str:
    return route.name


@pytest.mark.parametrize("part", WORKSPACE)
@pytest.mark.parametrize("route", OF_WORKSPACE, ids=name_of)
def test_no_handler_is_reached_for_another_workspace(
    route: Route, part: str, services: Services
) -> None:
    watched = dataclasses.replace(route, handler=reach)
    request = dataclasses.replace(http_request(), path=WORKSPACE | {part: "other"})

    with pytest.raises(NotFound, match=r"There is no workspace .*'other'.* Use subscription"):
        dispatch(watched, request, services, UNBOUND)

    assert dispatch(watched, http_request(), services, UNBOUND) is REACHED


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_handler_that_asks_the_task_hub_is_bound_to_it_and_no_other_is(route: Route) -> None:
    """The parameter of one that does not ask is called `_`."""
    *_, hub = inspect.signature(route.handler).parameters

    assert route.is_durable == (hub != "_")


def test_a_route_that_is_not_bound_to_the_task_hub_cannot_ask_it() -> None:
    hub: Orchestrations = UNBOUND

    for ask_it in (hub.find, hub.management_urls, lambda one: hub.start("score_job", one, {})):
        with pytest.raises(TypeError, match="Set its is_durable"):
            ask_it("job-1")
