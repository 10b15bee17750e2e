"""Making and deleting, started by somebody else: no more than what the documents ask for."""

import pytest

from orchestrators.inputs import REFUSED
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningState
from tests.orchestrators.rehearsal import play
from tests.triggers.orchestrations import ORCHESTRATORS
from tests.triggers.resources import Desk, check_consistent

AT_ONCE = {"prefer": "respond-async"}


def forge(desk: Desk, orchestrator: str, given: JSON, instance: str) -> JSON:
    rehearsal = desk.orchestrations._rehearsal()
    return play(ORCHESTRATORS[orchestrator], rehearsal, given, instance)


@pytest.mark.parametrize("mark", ["", "guessed"])
def test_a_deletion_that_nobody_asked_for_deletes_nothing(desk: Desk, mark: str) -> None:
    given = {"endpoint": "wine", "deletion": mark}

    ending = forge(desk, "retire_endpoint", given, f"wine_{mark}")

    assert "Failed" == ending["state"]
    assert ("Nobody asked" in ending["reason"]) if mark else (REFUSED == ending["reason"])
    assert (["wine"], ["main", "other"]) == (desk.endpoint_names(), desk.deployment_names())
    check_consistent(desk.services)


def test_a_deletion_that_was_asked_does_not_delete_another_endpoint(desk: Desk) -> None:
    desk.put_endpoint("beer")
    desk.orchestrations.is_idle = True
    desk.delete_endpoint("beer", headers=AT_ONCE)
    mark = desk.services.registry.endpoints.get("beer").resource.deletion

    ending = forge(desk, "retire_endpoint", {"endpoint": "wine", "deletion": mark}, f"wine_{mark}")

    assert "Nobody asked for this deletion of endpoint 'wine'." in ending["reason"]
    assert ["main", "other"] == desk.deployment_names()


@pytest.mark.parametrize("reason", ["", "The index does not answer."])
def test_a_deployment_that_is_made_is_not_made_again(desk: Desk, reason: str) -> None:
    """Whatever came of it: the document asks for nothing any more."""
    before = desk.services.registry.deployments.get("wine", "main")
    generation = before.resource.provisioning.generation
    desk.orchestrations.reason = reason
    given = {"endpoint": "wine", "deployment": "main", "generation": generation}

    forge(desk, "provision_deployment", given, f"wine_main_{generation}")

    assert before == desk.services.registry.deployments.get("wine", "main")


def test_an_instance_of_another_id_is_refused(desk: Desk) -> None:
    desk.orchestrations.is_idle = True
    desk.put_deployment("third", headers=AT_ONCE)
    made = desk.services.registry.deployments.get("wine", "third").resource.provisioning
    given = {"endpoint": "wine", "deployment": "third", "generation": made.generation}

    ending = forge(desk, "provision_deployment", given, "another")

    assert REFUSED == ending["reason"]
    after = desk.services.registry.deployments.get("wine", "third").resource.provisioning
    assert ProvisioningState.CREATING is after.state


def test_another_orchestration_of_the_same_id_makes_no_deployment_succeed(desk: Desk) -> None:
    """A deletion that succeeded, say, whose id is that of the making: it is made all the same."""
    desk.orchestrations.is_idle = True
    desk.put_deployment("third", headers=AT_ONCE)
    ((instance, _),) = desk.orchestrations.waiting.items()
    desk.orchestrations.waiting.clear()
    succeeded = {"state": "Succeeded", "reason": ""}
    forged = desk.orchestrations._instance("retire_endpoint", "Completed", succeeded)
    desk.orchestrations.instances[instance] = forged

    answer = desk.get_deployment("third")

    assert "Creating" == answer.body["properties"]["provisioningState"]
    assert "provision_deployment" == desk.orchestrations.waiting[instance][0]
