"""The making of a deployment: its steps in their order, and how each of them may end it."""

from functools import partial
from typing import Any

import pytest

from orchestrators import provision_deployment
from orchestrators.instance_input import REFUSED
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningTask
from tests.support.failures import give_up
from tests.support.rehearsal import Rehearsal, play, undecorated

TASK = ProvisioningTask(endpoint="wine", deployment="main", generation="g1")
PROVISION = undecorated(provision_deployment.provision_deployment)


def rehearse(**changed: Any) -> Rehearsal:
    """Every step succeeds, but for the `changed` ones: a step's answer, or what it does."""
    answers: dict[str, Any] = {
        "build_environment": {"reason": ""},
        "smoke_test": {"reason": ""},
        "end_provisioning": None,
        **changed,
    }
    return Rehearsal(activities={name: partial(answer, one) for name, one in answers.items()})


def answer(one: Any, given: JSON) -> JSON:
    return one(given) if callable(one) else one


def provision(rehearsal: Rehearsal) -> JSON:
    return play(PROVISION, rehearsal, TASK.to_wire(), TASK.instance)


def test_a_deployment_is_built_then_tried_and_its_end_is_noted() -> None:
    rehearsal = rehearse()

    assert {"state": "Succeeded", "reason": ""} == provision(rehearsal)

    names = ["build_environment", "smoke_test", "end_provisioning"]
    assert names == [call.name for call in rehearsal.calls]
    assert [{"step": "build_environment"}, {"step": "smoke_test"}] == rehearsal.statuses
    (noted,) = rehearsal.payloads("end_provisioning")
    assert ("Succeeded", "") == (noted["state"], noted["reason"])


def test_what_could_not_be_built_is_not_tried() -> None:
    rehearsal = rehearse(build_environment={"reason": "There is no package 'sklaern'."})

    ended = provision(rehearsal)

    assert {"state": "Failed", "reason": "There is no package 'sklaern'."} == ended
    assert [] == rehearsal.payloads("smoke_test")
    (noted,) = rehearsal.payloads("end_provisioning")
    assert ended == {name: noted[name] for name in ended}


@pytest.mark.parametrize("step", ["build_environment", "smoke_test"])
def test_a_step_that_is_given_up_fails_the_deployment_in_words(step: str) -> None:
    rehearsal = rehearse(**{step: give_up})

    ended = provision(rehearsal)

    assert "Failed" == ended["state"]
    assert ended["reason"].startswith("Making the deployment failed and was given up")
    assert ended["reason"].endswith("the store is away")
    assert 1 == len(rehearsal.payloads("end_provisioning"))


def test_an_end_that_cannot_be_noted_is_a_failure() -> None:
    ended = provision(rehearse(end_provisioning=give_up))

    assert ("Failed", True) == (ended["state"], "the store is away" in ended["reason"])


def test_an_instance_that_is_not_the_generations_own_calls_nothing() -> None:
    rehearsal = rehearse()

    ended = play(PROVISION, rehearsal, TASK.to_wire(), "wine_main_g2")

    assert {"state": "Failed", "reason": REFUSED} == ended
    assert [] == rehearsal.calls
