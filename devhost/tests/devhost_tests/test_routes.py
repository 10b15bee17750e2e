"""Which function answers a request, and which routes the host warns of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devhost.host_errors import AppRefused
from devhost.http.http_routes import HttpRoutes, describe_overlap
from devhost.http.overlap import can_overlap
from devhost.http.paths import BadTarget, decoded_path, query_values
from devhost.http.template_parser import parse_template
from devhost.worker.function import Function, FunctionKind


def an_http_function(name: str, route: str | None, *methods: str) -> Function:
    trigger = {"name": "req", "type": "httpTrigger", "route": route, "methods": methods}
    return Function(name, FunctionKind.HTTP, trigger, print, is_async=False, wants_context=False)


def test_functions_are_tried_in_the_order_of_their_names() -> None:
    """A literal does not beat a parameter: `apple` comes before `Banana`, whatever it says."""
    routes = HttpRoutes(
        [an_http_function("Banana", "x/literal"), an_http_function("apple", "x/{id}")], prefix=""
    )

    match = routes.match("GET", "x/literal")

    assert match is not None
    assert "apple" == match.function.name


def test_a_function_with_another_method_leaves_the_request_to_the_next() -> None:
    routes = HttpRoutes(
        [an_http_function("a", "x", "GET"), an_http_function("b", "x", "post")], prefix="api"
    )

    match = routes.match("POST", "api/x")

    assert match is not None
    assert "b" == match.function.name
    assert routes.match("PUT", "api/x") is None
    assert routes.match("GET", "x") is None


def test_an_empty_route_stands_for_the_functions_name() -> None:
    routes = HttpRoutes([an_http_function("ping", "")], prefix="")

    assert routes.match("GET", "ping") is not None
    assert routes.match("GET", "") is None


def test_a_lone_slash_stands_for_the_root() -> None:
    assert HttpRoutes([an_http_function("home", "/")], prefix="").match("GET", "") is not None


def test_the_same_route_twice_is_refused() -> None:
    with pytest.raises(AppRefused, match="also that of 'a'"):
        HttpRoutes([an_http_function("a", "x", "GET"), an_http_function("b", "X/")], prefix="")


def test_a_bad_template_is_refused_with_its_function_and_its_fault() -> None:
    with pytest.raises(AppRefused, match=r"(?s)broken: .*'x/\{a\}\{b\}'.*no text between"):
        HttpRoutes([an_http_function("broken", "x/{a}{b}")], prefix="")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x/{id}", "x/literal"),
        ("{*path}", "a/b/c"),
        ("x/{id?}", "X"),
        ("x/{a:int}", "x/{b:range(1,5)}"),
        ("{name}.{ext}", "{id}"),
        ("x/{id:int}", "x/5"),
    ],
)
def test_routes_that_share_a_path_overlap(left: str, right: str) -> None:
    assert can_overlap(parse_template(left), parse_template(right))
    assert can_overlap(parse_template(right), parse_template(left))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x/{id}", "y/{id}"),
        ("x/{id}", "x/{id}/y"),
        ("x/{id:int}", "x/literal"),
        ("x/{id:int}", "x/{name:alpha}"),
        ("{name}.{ext}", "noext"),
        ("x/{id}", "x"),
    ],
)
def test_routes_that_share_no_path_do_not_overlap(left: str, right: str) -> None:
    assert not can_overlap(parse_template(left), parse_template(right))


segments = st.lists(st.sampled_from(["a", "b", "{x}", "{x:int}", "5"]), max_size=3)


@given(
    left=segments, right=segments, path=st.lists(st.sampled_from(["a", "b", "5", "q"]), max_size=3)
)
def test_a_path_that_fits_both_proves_the_overlap(
    left: list[str], right: list[str], path: list[str]
) -> None:
    templates = [
        parse_template("/".join(part.replace("x", f"x{at}") for at, part in enumerate(parts)))
        for parts in (left, right)
    ]

    if all(one.match("/".join(path)) is not None for one in templates):
        assert can_overlap(*templates)


def test_the_warning_names_both_functions_and_their_routes() -> None:
    routes = HttpRoutes(
        [an_http_function("b", "x/literal", "GET"), an_http_function("a", "x/{id}")], prefix=""
    )

    [overlap] = list(routes.overlaps())

    warning = describe_overlap(*overlap)
    assert "'a' [ANY] /x/{id}" in warning
    assert "'b' [GET] /x/literal" in warning


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a/b?x=1", "a/b"),
        ("/a%20%3F%23%5C%C3%A9", "a ?#\\é"),
        ("/a%2Fb%2fc", "a%2Fb%2fc"),
        ("/a%252Fb", "a%2Fb"),
        ("/a+b", "a+b"),
        ("/a/./b/../c", "a/c"),
        ("/../../a", "a"),
        ("/a/%2E%2E/b", "b"),
        ("/a/b/..", "a/"),
        ("//a", "/a"),
        ("/a//b", "a//b"),
        ("/a%zz%FF", "a%zz%FF"),
        ("http://host:80/a?b", "a"),
    ],
)
def test_a_request_target_is_decoded_as_the_real_host_decodes_it(target: str, path: str) -> None:
    assert path == decoded_path(target)


def test_a_null_in_a_path_is_refused() -> None:
    with pytest.raises(BadTarget):
        decoded_path("/a%00b")


def test_query_values_are_joined_and_empty_ones_vanish() -> None:
    values = query_values("/a?Name=x+y&name=z&empty=&bare&amp=%26")

    assert {"Name": "x y,z", "amp": "&"} == values
