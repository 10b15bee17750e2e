"""A deployment's generations: which one is wanted, under which id, and how each ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.environment import BuiltEnvironment
from shared.domain.message import LONGEST_REASON
from shared.domain.provisioning import (
    EndpointCreation,
    EndpointDeletion,
    Provisioning,
    ProvisioningEnd,
    ProvisioningState,
    ProvisioningStep,
    ProvisioningTask,
)

TASK = ProvisioningTask(endpoint="wine", deployment="main", generation="7")


@pytest.mark.parametrize("state", list(ProvisioningState))
def test_a_generation_is_wanted_until_it_ended(state: ProvisioningState) -> None:
    provisioning = Provisioning(state=state, generation="7")

    is_open = state in {ProvisioningState.CREATING, ProvisioningState.DELETING}
    assert is_open == provisioning.is_wanted("7")
    assert not provisioning.is_wanted("8")


@pytest.mark.parametrize(
    ("reason", "state"),
    [("", ProvisioningState.SUCCEEDED), ("init() failed.", ProvisioningState.FAILED)],
)
def test_a_generation_with_a_reason_has_failed(reason: str, state: ProvisioningState) -> None:
    end = ProvisioningEnd.of(TASK, reason)

    assert (TASK, state, reason) == (end.task, end.state, end.reason)


def test_each_operation_has_an_id_that_only_its_own_input_fits() -> None:
    deletion = EndpointDeletion(endpoint="wine", deletion="9")

    assert ("wine_main_7", "wine_9") == (TASK.instance, deletion.instance)
    assert TASK.fits("wine_main_7")
    assert deletion.fits("wine_9")
    assert not TASK.fits("wine_main_8")
    assert not deletion.fits("wine_8")
    assert "wine_3" == EndpointCreation(endpoint="wine", incarnation="3").operation


@pytest.mark.parametrize(
    "forged",
    [
        {"generation": ""},
        {"generation": "7_8"},
        {"endpoint": "../wine"},
        {"deployment": ""},
    ],
)
def test_an_input_that_names_what_cannot_be_is_none(forged: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ProvisioningTask.from_wire({**TASK.to_wire(), **forged})


@given(reason=st.text(max_size=LONGEST_REASON * 2))
def test_a_reason_is_bounded_and_keeps_both_its_ends(reason: str) -> None:
    told = ProvisioningStep(reason=reason).reason

    assert len(told) <= LONGEST_REASON
    if len(reason) <= LONGEST_REASON:
        assert told == ProvisioningStep(reason=told).reason


@pytest.mark.parametrize(
    ("reason", "quoted"),
    [
        ("", "no reason was told"),
        ("It does not load.", "It does not load"),
        ("No numpy.\nTraceback", "No numpy"),
    ],
)
def test_the_first_words_fit_into_a_sentence(reason: str, quoted: str) -> None:
    assert quoted == Provisioning(reason=reason).first_words


def test_what_a_model_does_not_get_is_a_note_too_and_comes_first() -> None:
    made = BuiltEnvironment(notes=("one", "two")).differing("two", "three")

    assert ("two", "three", "one") == made.notes
    assert ("two", "three") == made.differences
