"""What the files of predictions in a folder are called, and the folder itself."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import output_options
from shared.domain.errors import InvalidRequest
from shared.domain.job_output import JobOutput
from shared.domain.minibatch import PlannedFile
from shared.domain.output_folder import InputNames, PartitionNames, marker_of
from shared.domain.output_options import OutputFormat, OutputLayout, OutputOptions
from shared.domain.resolved_deployment import Location
from shared.scoring.child import framed_rows
from shared.scoring.child.framed_rows import partition_paths


def planned(name: str, container: str = "") -> str:
    return PlannedFile(name=name, etag="", size=1, container=container).key


def test_an_inputs_output_has_its_path_in_the_folder_or_its_name() -> None:
    names = InputNames("in/2026", ".jsonl")

    keys = [planned("in/2026/a.csv"), planned("in/2026/b/a.csv"), planned("elsewhere/a.csv")]
    found = [names.name_of(key) for key in [*keys, planned("in/2026/a.csv", "other")]]

    assert ["a.csv.jsonl", "b/a.csv.jsonl", "a.csv-2.jsonl", "a.csv-3.jsonl"] == found
    assert "one.csv.csv" == InputNames("in/one.csv", ".csv").name_of(planned("in/one.csv"))


@given(st.lists(st.tuples(st.sampled_from(["", "o"]), st.sampled_from(["a", "a-2", "x/a"]))))
def test_no_two_inputs_have_one_output(files: list[tuple[str, str]]) -> None:
    names = InputNames("", ".csv")

    found = [names.name_of(planned(name, container)) for container, name in files]

    assert len(found) == len(set(found))


@given(st.lists(st.text() | st.integers() | st.none() | st.floats(), min_size=1, max_size=3))
def test_any_value_is_one_folder_of_a_path_that_a_store_can_have(
    values: list[str | float | None],
) -> None:
    columns = [f"c{at}" for at in range(len(values))]

    [path] = partition_paths(columns, [[value] for value in values])

    name = PartitionNames(len(columns), ".csv").name_of(path)
    assert len(columns) == name.count("/")
    assert name.isprintable() or any(ord(one) > 127 for one in name)
    assert not {".", ".."} & set(name.split("/"))


@pytest.mark.parametrize("key", ["", "a", "a=1/b=2", "a=", "=1", "../x", "a=1=2", "a=1/.."])
def test_a_key_that_is_no_partition_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest, match="no file of its output"):
        PartitionNames(1, ".csv").name_of(key)


@pytest.mark.parametrize("key", ["", "a.csv", "[]", "{}", json.dumps(["", 1])])
def test_a_key_that_is_no_input_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest, match="no file of its output"):
        InputNames("in", ".csv").name_of(key)


def test_the_next_version_is_a_folder_beside_it() -> None:
    uri = "azureml://datastores/d/paths/out/run.v1/"
    output = JobOutput(
        name="score", uri=uri, location=Location(container="c", path=marker_of("out/run"))
    )

    third = output.next_version().next_version()

    assert ("out/run-3", "out/run-3/_SUCCESS") == (third.folder, third.location.path)
    assert third.uri.endswith("-3.v1/")


def test_too_many_inputs_are_known_when_the_job_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_options, "MOST_INPUTS", 2)
    each = OutputOptions(format=OutputFormat.JSONL, layout=OutputLayout.PER_INPUT)

    assert "" == each.problem_with(2) == OutputOptions().problem_with(3)
    assert "has 3 files, and with outputLayout per_input" in each.problem_with(3)


def test_child_and_domain_have_the_same_bound() -> None:
    assert output_options.MOST_PARTITIONS == framed_rows.MOST_PARTITIONS
