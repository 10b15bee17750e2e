"""An endpoint picks a deployment, keeps its default, and stays closed once it is being deleted."""

import pytest

from shared.domain.endpoint import NO_DEFAULT, Endpoint
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.provisioning import ProvisioningState

WINE = Endpoint(name="wine", default_deployment="main", incarnation="1")
LEAVING = WINE.model_copy(update={"deletion": "d1"})


@pytest.mark.parametrize(("asked", "chosen"), [("", "main"), ("other", "other"), ("main", "main")])
def test_the_asked_deployment_comes_before_the_default(asked: str, chosen: str) -> None:
    assert chosen == WINE.choose(asked)


def test_without_either_there_is_nothing_to_route_to() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        Endpoint(name="wine").choose("")

    assert (NO_DEFAULT, "azureml-model-deployment") == (refusal.value.problem, refusal.value.target)


@pytest.mark.parametrize(("new", "kept"), [("", "main"), ("other", "other")])
def test_a_new_endpoint_keeps_name_incarnation_and_a_default(new: str, kept: str) -> None:
    put = Endpoint(name="WINE", default_deployment=new, description="red").replacing(WINE)

    assert ("wine", "1", kept, "red") == (
        put.name,
        put.incarnation,
        put.default_deployment,
        put.description,
    )


def test_a_default_is_known_in_any_case_and_may_not_be_lost() -> None:
    assert WINE.is_default("MAIN")
    with pytest.raises(Conflict, match="is the default of endpoint 'wine'"):
        WINE.check_may_lose("Main")


def test_another_deployment_may_go_and_with_the_endpoint_the_default_too() -> None:
    assert not WINE.is_default("other")
    WINE.check_may_lose("other")
    LEAVING.check_may_lose("main")


def test_while_it_is_being_deleted_nothing_replaces_it() -> None:
    assert (ProvisioningState.SUCCEEDED, ProvisioningState.DELETING) == (WINE.state, LEAVING.state)
    with pytest.raises(Conflict, match="is being deleted"):
        Endpoint(name="wine").replacing(LEAVING)
