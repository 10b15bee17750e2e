"""Making and deleting, started by somebody else: no more than what the documents ask for."""

import pytest

from orchestrators.instance_input import REFUSED
from shared.domain.message import JSON
from shared.domain.provisioning import ProvisioningState
from tests.support.client import Client, check_consistent
from tests.support.orchestrations import ORCHESTRATORS
from tests.support.rehearsal import play
from tests.support.requests import AT_ONCE


def forge(client: Client, orchestrator: str, given: JSON, instance: str) -> JSON:
    rehearsal = client.orchestrations._rehearsal()
    return play(ORCHESTRATORS[orchestrator], rehearsal, given, instance)


@pytest.mark.parametrize("mark", ["", "guessed"])
def test_a_deletion_that_nobody_asked_for_deletes_nothing(client: Client, mark: str) -> None:
    given = {"endpoint": "wine", "deletion": mark}

    ending = forge(client, "retire_endpoint", given, f"wine_{mark}")

    assert "Failed" == ending["state"]
    assert ("Nobody asked" in ending["reason"]) if mark else (REFUSED == ending["reason"])
    assert (["wine"], ["main", "other"]) == (client.endpoint_names(), client.deployment_names())
    check_consistent(client.services)


def test_a_deletion_that_was_asked_does_not_delete_another_endpoint(client: Client) -> None:
    client.put_endpoint("beer")
    client.orchestrations.is_idle = True
    client.delete_endpoint("beer", headers=AT_ONCE)
    mark = client.services.registry.endpoints.get("beer").resource.deletion

    ending = forge(
        client, "retire_endpoint", {"endpoint": "wine", "deletion": mark}, f"wine_{mark}"
    )

    assert "Nobody asked for this deletion of endpoint 'wine'." in ending["reason"]
    assert ["main", "other"] == client.deployment_names()


@pytest.mark.parametrize("reason", ["", "The index does not answer."])
def test_a_deployment_that_is_made_is_not_made_again(client: Client, reason: str) -> None:
    """Whatever came of it: the document asks for nothing any more."""
    before = client.services.registry.deployments.get("wine", "main")
    generation = before.resource.provisioning.generation
    client.orchestrations.reason = reason
    given = {"endpoint": "wine", "deployment": "main", "generation": generation}

    forge(client, "provision_deployment", given, f"wine_main_{generation}")

    assert before == client.services.registry.deployments.get("wine", "main")


def test_an_instance_of_another_id_is_refused(client: Client) -> None:
    client.orchestrations.is_idle = True
    client.put_deployment("third", headers=AT_ONCE)
    made = client.services.registry.deployments.get("wine", "third").resource.provisioning
    given = {"endpoint": "wine", "deployment": "third", "generation": made.generation}

    ending = forge(client, "provision_deployment", given, "another")

    assert REFUSED == ending["reason"]
    after = client.services.registry.deployments.get("wine", "third").resource.provisioning
    assert ProvisioningState.CREATING is after.state


def test_another_orchestration_of_the_same_id_makes_no_deployment_succeed(client: Client) -> None:
    """A deletion that succeeded, say, whose id is that of the making: it is made all the same."""
    client.orchestrations.is_idle = True
    client.put_deployment("third", headers=AT_ONCE)
    ((instance, _),) = client.orchestrations.waiting.items()
    client.orchestrations.waiting.clear()
    succeeded = {"state": "Succeeded", "reason": ""}
    forged = client.orchestrations._instance("retire_endpoint", "Completed", succeeded)
    client.orchestrations.instances[instance] = forged

    answer = client.get_deployment("third")

    assert "Creating" == answer.body["properties"]["provisioningState"]
    assert "provision_deployment" == client.orchestrations.waiting[instance][0]
