"""At invoke: what is chosen has to be there, and to fit what the input is."""

from pathlib import Path
from typing import Any

import pytest

from shared.application.choose_input import ChooseInput
from shared.domain.asset import DataType
from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobState, JobStatus
from shared.domain.resolved_deployment import Location
from shared.domain.selection import WHOLE_FOLDER, Selection
from shared.schemas.arm_schedules import repeated
from shared.schemas.invocation import Invocation, read_invocation
from shared.services import Services
from shared.stores.input_listing import MOST_LOOKED_AT
from tests.support.services_in_memory import services_in_memory
from tests.support.specs import CONTAINER, a_spec

URI = "azureml://datastores/workspaceblobstore/paths"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services, blobs, _ = services_in_memory(tmp_path)
    for name in ("in/a.csv", "in/b.json", "nested/x/c.csv", "in/list.txt"):
        blobs.write(CONTAINER, name, b"1")
    return services


def invocation(path: str, deployed: Selection = WHOLE_FOLDER, **given: Any) -> Invocation:
    inputs = {"in": {"uri": f"{URI}/{path}", **given}}
    settings = BatchSettings(selection=deployed)
    return read_invocation({"properties": {"inputData": inputs}}, settings)


def choose(
    services: Services, path: str, deployed: Selection = WHOLE_FOLDER, **given: Any
) -> tuple[DataType, Selection]:
    chosen = ChooseInput(services.inputs, services.jobs)
    source, selection = chosen(invocation(path, deployed, **given), None)
    return source.type, selection


def test_nested_files_are_enough_if_they_are_included(services: Services) -> None:
    kind, selection = choose(services, "nested/", include="**/*.csv")

    assert (DataType.URI_FOLDER, ("**/*.csv",)) == (kind, selection.include)
    with pytest.raises(NotFound, match="1 in nested folders"):
        choose(services, "nested/")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"include": "*.parquet"}, "3 that include does not name"),
        ({"exclude": "*"}, "3 that exclude names"),
        ({"changedSince": "2999-01-01T00:00:00Z"}, "3 unchanged since then"),
    ],
)
def test_a_choice_that_nothing_fits_is_refused_with_what_is_there(
    services: Services, given: Any, words: str
) -> None:
    with pytest.raises(NotFound, match=words) as refusal:
        choose(services, "in/", **given)

    assert "choose others" in refusal.value.fix
    assert "properties.inputData.in.uri" == refusal.value.target


def test_a_single_file_is_one_whatever_its_deployment_chooses(services: Services) -> None:
    deployed = Selection(include=("*.parquet",))

    assert (DataType.URI_FILE, WHOLE_FOLDER) == choose(services, "in/a.csv", deployed)
    with pytest.raises(InvalidRequest, match=r"single file, and include would choose"):
        choose(services, "in/a.csv", include="*.csv")


def test_a_manifest_is_a_file(services: Services) -> None:
    kind, selection = choose(services, "in/list.txt", manifest=True)

    assert (DataType.URI_FILE, True) == (kind, selection.manifest)
    with pytest.raises(InvalidRequest, match="is a folder, and a manifest is a file"):
        choose(services, "in", manifest=True)
    with pytest.raises(NotFound, match="no file"):
        choose(services, "in/none.txt", manifest=True)


def test_a_batch_of_uploads_is_the_watchs_choice(services: Services) -> None:
    batch = Location(container="batch-registry", path="accepted/x.json")
    chosen = ChooseInput(services.inputs, services.jobs)

    source, selection = chosen(invocation("in/", Selection(include=("*.parquet",))), batch)

    assert (batch, WHOLE_FOLDER) == (source.manifest, selection)


@pytest.mark.parametrize("status", [None, JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELED])
def test_files_change_since_a_job_that_has_scored_them(
    services: Services, status: JobStatus | None
) -> None:
    if status:
        spec = a_spec("before")
        services.jobs.create(spec)
        services.jobs.advance(spec, JobState(status=status))

    with pytest.raises(InvalidRequest, match=f"that job is {status}" if status else "no job"):
        choose(services, "in/", changedSince="before")


def test_a_schedule_that_repeats_a_job_chooses_as_it_did() -> None:
    spec = a_spec(selection=Selection(include=("*.csv",), newest=3))

    body = repeated(spec).body

    again = read_invocation({"properties": body}, BatchSettings())
    assert spec.settings.selection == again.settings.selection


def test_a_very_large_folder_is_for_its_plan_to_look_through(services: Services) -> None:
    """Whoever invokes does not wait for a listing of it all; a smaller one is looked through."""
    for index in range(MOST_LOOKED_AT):
        services.blobs.write(CONTAINER, f"large/{index}.csv", b"1")

    with pytest.raises(NotFound, match=f"{MOST_LOOKED_AT} that include does not name"):
        choose(services, "large/", include="*.parquet")
    services.blobs.write(CONTAINER, "large/x.parquet", b"1")

    assert DataType.URI_FOLDER is choose(services, "large/", include="*.parquet")[0]
