"""Route templates match what ASP.NET Core's inline routes match, and refuse what they refuse."""

import pytest

from devhost.http.template_parser import BadTemplate, parse_template

MATCHES = [
    ("jobs/{id}", "jobs/A-1", {"id": "A-1"}),
    ("Jobs/{id}", "jOBS/x", {"id": "x"}),
    ("jobs/{id}", "jobs/x/", {"id": "x"}),
    ("jobs/{id?}", "jobs", {}),
    ("jobs/{id=42}", "jobs", {"id": "42"}),
    ("jobs/{id:int=42}", "jobs/7", {"id": "7"}),
    ("files/{*path}", "files/a//b/c/", {"path": "a//b/c/"}),
    ("files/{**path}", "files/a", {"path": "a"}),
    ("files/{*path}", "files", {}),
    ("files/{*path=all}", "files", {"path": "all"}),
    ("{*path}", "", {}),
    ("", "", {}),
    ("{name}.{ext}", "dir.x.txt", {"name": "dir.x", "ext": "txt"}),
    ("{name}.{ext?}", "noext", {"name": "noext"}),
    ("z-{a}-{b}", "Z-1-2-3", {"a": "1-2", "b": "3"}),
    ("a/{{literal}}", "a/{literal}", {}),
    (".well-known/{what}", ".well-known/é x", {"what": "é x"}),
    ("p/{a=1}/{b=2}", "p/5", {"a": "5", "b": "2"}),
]

MISMATCHES = [
    ("jobs/{id}", "jobs"),
    ("jobs/{id}", "jobs/"),
    ("jobs/{id}", "jobs/a/b"),
    ("jobs/{id}", "jobs//"),
    ("jobs", "jobs//"),
    ("a/b", "a//b"),
    ("a", "/a"),
    ("{name}.{ext}", "noext"),
    ("{name}.{ext}", ".txt"),
    ("", "a"),
]


@pytest.mark.parametrize(("template", "path", "values"), MATCHES)
def test_a_template_yields_the_values_of_a_path(
    template: str, path: str, values: dict[str, str]
) -> None:
    assert values == parse_template(template).match(path)


@pytest.mark.parametrize(("template", "path"), MISMATCHES)
def test_a_template_refuses_other_paths(template: str, path: str) -> None:
    assert parse_template(template).match(path) is None


@pytest.mark.parametrize(
    ("constraint", "accepted", "refused"),
    [
        ("int", ["0", "-5", "2147483647"], ["a", "1.5", "2147483648", ""]),
        ("long", ["9223372036854775807"], ["9223372036854775808", "x"]),
        ("bool", ["true", "FALSE"], ["1", "yes"]),
        ("guid", ["0b7d7d3c-7f7a-4d1e-9a53-2d1b5a1c0f11", "0" * 32], ["0b7d", "g" * 32]),
        ("alpha", ["abcXYZ"], ["a1", "é"]),
        ("length(2,3)", ["ab", "abc"], ["a", "abcd"]),
        ("length(2)", ["ab"], ["a", "abc"]),
        ("minlength(2)", ["ab"], ["a"]),
        ("maxlength(2)", ["ab"], ["abc"]),
        ("min(5)", ["5", "99999999999999"], ["4", "x"]),
        ("max(5)", ["5", "-7"], ["6"]),
        ("range(2,4)", ["2", "4"], ["1", "5"]),
        ("double", ["1.5", "-2", "1e3"], ["x"]),
        ("decimal", ["1.5"], ["1e3"]),
        ("datetime", ["2026-11-22", "2026-11-22T10:00:00"], ["soon"]),
        (r"regex(^\d{{3}}$)", ["123"], ["12", "1234"]),
        ("regex(^(a|b)x:y=1$)", ["ax:y=1"], ["c"]),
        ("int:min(10)", ["10"], ["9", "x"]),
        ("file", ["a.txt"], ["a"]),
        ("nonfile", ["a"], ["a.txt"]),
    ],
)
def test_a_constraint_decides_which_values_fit(
    constraint: str, accepted: list[str], refused: list[str]
) -> None:
    template = parse_template(f"at/{{value:{constraint}}}")

    assert [{"value": one} for one in accepted] == [template.match(f"at/{one}") for one in accepted]
    assert [None] * len(refused) == [template.match(f"at/{one}") for one in refused]


def test_an_optional_parameter_needs_its_constraint_only_when_it_is_there() -> None:
    template = parse_template("at/{id:int?}")

    assert {} == template.match("at")
    assert {"id": "5"} == template.match("at/5")
    assert template.match("at/x") is None


@pytest.mark.parametrize(
    "template",
    [
        "a/{id:integer}",
        "{a}{b}",
        "{*rest}/tail",
        "x{*rest}",
        "{id}/{ID}",
        "a//b",
        "a/{id",
        "a/id}",
        "a/{}",
        "a/{*rest?}",
        "a/{id?=5}",
        "a/{id:length(a)}",
        "a/{id:int(5)}",
        "a/{id:regex(()}",
        "a/b?c",
        "{name?}.{ext}",
    ],
)
def test_a_template_that_the_real_router_rejects_is_rejected(template: str) -> None:
    with pytest.raises(BadTemplate):
        parse_template(template)
