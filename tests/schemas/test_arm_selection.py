"""How a request and a deployment say which files count, and what is refused with its fix."""

from typing import Any

import pytest

from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.selection import WHOLE_FOLDER, Selection
from shared.schemas.arm_deployments import read_deployment
from shared.schemas.arm_selection import read_of_properties, select, write_selection
from shared.schemas.arm_watches import read_watch
from shared.schemas.invocation import Invocation, read_invocation

URI = "azureml://datastores/workspaceblobstore/paths/in"
MODEL = {"referenceType": "Id", "assetId": "azureml:wines:1"}


def invoke(deployed: Selection = WHOLE_FOLDER, own: JSON = None, **given: Any) -> Invocation:
    """`given` at the input, `own` in the properties beside it."""
    body = {"inputData": {"in": {"uri": URI, **given}}, "properties": own}
    return read_invocation({"properties": body}, BatchSettings(selection=deployed))


def chosen(deployed: Selection = WHOLE_FOLDER, own: JSON = None, **given: Any) -> Selection:
    return invoke(deployed, own, **given).settings.selection


def of_deployment(**properties: str) -> Selection:
    body = {"properties": {"model": MODEL, "properties": properties}}
    return read_deployment("wine-scorer", "main", body).settings.selection


@pytest.mark.parametrize(
    "include",
    [["*.csv", "b/**"], '["*.csv", "b/**"]', "*.csv,b/**", " *.csv , b/** "],
)
def test_globs_are_a_list_or_a_text(include: Any) -> None:
    """The official client sends texts only."""
    expected = Selection(include=("*.csv", "b/**"))

    assert expected == chosen(include=include)
    assert expected == chosen(own={"inputInclude": include})


@pytest.mark.parametrize(
    ("text", "globs"),
    [("[ab]*.csv", ("[ab]*.csv",)), ("[0-9]", ("[0-9]",)), ("[1]", ("[1]",)), ("", ()), ("[]", ())],
)
def test_a_text_may_begin_with_a_bracket_of_its_own(text: str, globs: tuple[str, ...]) -> None:
    assert globs == of_deployment(inputInclude=text).include


def test_a_deployment_says_everything_in_texts() -> None:
    properties = {
        "inputInclude": "**/*.csv",
        "inputExclude": '["a,b.csv"]',
        "inputChangedSince": "2026-11-01T00:00:00Z",
        "inputNewest": "7",
        "owner": "cellar",
    }

    expected = Selection(
        include=("**/*.csv",),
        exclude=("a,b.csv",),
        changed_since="2026-11-01T00:00:00Z",
        newest=7,
    )
    assert expected == of_deployment(**properties)
    assert Selection(manifest=True) == of_deployment(inputManifest="True")
    assert WHOLE_FOLDER == of_deployment(owner="cellar")


def test_a_request_wins_over_its_deployment_field_by_field() -> None:
    deployed = Selection(include=("*.csv",), exclude=("x*",), newest=5)

    both = chosen(deployed, {"inputExclude": "y*", "inputInclude": "no*"}, include=["*.json"])

    assert Selection(include=("*.json",), exclude=("y*",), newest=5) == both
    assert deployed == chosen(deployed)
    assert WHOLE_FOLDER == chosen(deployed, include=[], exclude="", newest="")
    assert Selection(manifest=True) == chosen(deployed, manifest=True)


def test_who_chose_is_known() -> None:
    deployed = Selection(newest=5)

    assert [False, True, True] == [
        invoke(deployed).chooses,
        invoke(deployed, newest=6).chooses,
        invoke(deployed, {"inputNewest": "6"}).chooses,
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"include": ["/a"]}, ["inputData.in.include", "'/a'", "begins with a slash", '"*.csv"']),
        ({"include": "a**"}, ["'a**'", "part of a segment"]),
        ({"exclude": ["[a"]}, ["inputData.in.exclude", "'[a'", "no ']'", "'[[]'"]),
        ({"include": 7}, ["'properties.inputData.in.include' is 7"]),
        ({"include": [1]}, ["not a list of up to 100 globs"]),
        ({"include": ["a"] * 101}, ["101 globs"]),
        ({"include": ["a" * 1000] * 11}, ["11 globs of 11000 characters", "10000 characters"]),
        ({"manifest": "yes"}, ["manifest' is 'yes'", "true or false"]),
        ({"manifest": 1}, ["manifest' is '1'"]),
        ({"newest": 0}, ["newest' is '0'", "1 to 10000"]),
        ({"newest": "some"}, ["newest' is 'some'"]),
        ({"newest": 10_001}, ["newest' is '10001'"]),
        ({"changedSince": "yesterday morning"}, ["'yesterday morning'", "2026-11-01T00:00:00Z"]),
        ({"changedSince": "2026-11-01T00:00:00"}, ["a time with its zone"]),
        ({"changedSince": 5}, ["neither a time nor a job's name"]),
        ({"manifest": True, "newest": 1}, ["A manifest says which files", "newest"]),
        ({"includes": ["*"]}, ["'properties.inputData.in.includes'", "Did you mean 'include'?"]),
        ({"changed_since": "x"}, ["Did you mean 'changedSince'?"]),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_value_and_fix(
    given: JSON, words: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        chosen(**given)

    told = str(refusal.value)
    assert [] == [word for word in words if word not in told], told


@pytest.mark.parametrize("name", ["inputIncludes", "input_include", "input.newest", "inputManfest"])
def test_a_property_that_is_misspelt_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match=r"Did you mean 'input"):
        of_deployment(**{name: "*"})
    with pytest.raises(InvalidRequest, match=r"properties.properties.*Did you mean 'input"):
        chosen(own={name: "*"})


def test_properties_of_ones_own_are_left_alone() -> None:
    """What deployments and jobs may have had all along, whatever the value."""
    own = {"include": "/", "inputName": "x", "input": "y", "manifest": "no", "newest": "old"}

    assert {} == read_of_properties(own, "properties")
    assert WHOLE_FOLDER == of_deployment(**own)


@pytest.mark.parametrize(
    "selection",
    [
        WHOLE_FOLDER,
        Selection(include=("a", "b/**"), exclude=("c",), changed_since="job", newest=3),
        Selection(manifest=True),
    ],
)
def test_what_is_shown_can_be_sent_again(selection: Selection) -> None:
    assert selection == chosen(**write_selection(selection))
    assert selection == select(selection, {}, "")


def test_a_watch_chooses_by_its_own_source() -> None:
    source = {"datastoreName": "workspaceblobstore", "folder": "in"}
    overrides = {"properties": {"inputInclude": "*.csv"}}
    body = {"properties": {"source": source, "overrides": overrides}}

    with pytest.raises(InvalidRequest, match=r"source\.include"):
        read_watch("wine-scorer", "nightly", body)
