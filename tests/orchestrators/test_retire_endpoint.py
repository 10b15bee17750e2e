"""The deletion of an endpoint: one step, and what it tells of its end."""

from typing import Any

from orchestrators import retire_endpoint
from orchestrators.instance_input import REFUSED
from shared.domain.message import JSON
from shared.domain.provisioning import EndpointDeletion
from tests.support.failures import give_up
from tests.support.rehearsal import Rehearsal, play, undecorated

TASK = EndpointDeletion(endpoint="wine", deletion="d1")
RETIRE = undecorated(retire_endpoint.retire_endpoint)


def retire(erase: Any, instance: str = TASK.instance) -> tuple[JSON, Rehearsal]:
    rehearsal = Rehearsal(activities={"erase_endpoint": erase})
    return play(RETIRE, rehearsal, TASK.to_wire(), instance), rehearsal


def test_an_endpoint_that_is_erased_is_gone() -> None:
    ended, rehearsal = retire(lambda _: True)

    assert {"state": "Succeeded", "reason": ""} == ended
    assert [TASK.to_wire()] == rehearsal.payloads("erase_endpoint")


def test_a_deletion_that_nobody_asked_for_fails_by_name() -> None:
    ended, _ = retire(lambda _: False)

    assert "Failed" == ended["state"]
    assert "Nobody asked for this deletion of endpoint 'wine'." in ended["reason"]


def test_a_deletion_that_is_given_up_fails_in_words() -> None:
    ended, _ = retire(give_up)

    assert "Failed" == ended["state"]
    assert ended["reason"].startswith("Deleting the endpoint failed and was given up")


def test_an_instance_that_is_not_the_deletions_own_erases_nothing() -> None:
    ended, rehearsal = retire(lambda _: True, instance="wine_d2")

    assert {"state": "Failed", "reason": REFUSED} == ended
    assert [] == rehearsal.calls
