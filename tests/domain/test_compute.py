"""A compute is a budget of nodes."""

import pytest
from pydantic import ValidationError

from shared.domain.compute import LONGEST_IDLE_S, MOST_NODES, Compute
from shared.domain.errors import InvalidRequest


@pytest.mark.parametrize("instances", [1, 4])
def test_a_job_may_ask_for_every_node(instances: int) -> None:
    compute = Compute(name="cpu", max_nodes=4)

    compute.check(instances, target="compute")
    with pytest.raises(InvalidRequest):
        compute.check(5, target="compute")


def test_a_refusal_names_both_numbers_and_the_field() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        Compute(name="cpu", max_nodes=2).check(3, target="properties.resources.instanceCount")

    assert "instanceCount is 3, and compute 'cpu' has at most 2 nodes." == refusal.value.problem
    assert "properties.resources.instanceCount" == refusal.value.target


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_nodes": 1, "min_nodes": 2},
        {"max_nodes": -1},
        {"max_nodes": MOST_NODES + 1},
        {"max_nodes": 1, "min_nodes": -1},
        {"max_nodes": 1, "idle_s": LONGEST_IDLE_S + 1},
        {"max_nodes": 1, "idle_s": -1},
        {"max_nodes": 1, "priority": "Cheap"},
    ],
)
def test_a_compute_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Compute.from_wire({"name": "cpu", **wrong})


def test_a_new_one_keeps_the_name_as_it_was_spelled_first() -> None:
    new = Compute(name="CPU", max_nodes=9).replacing(Compute(name="cpu", max_nodes=1))

    assert ("cpu", 9) == (new.name, new.max_nodes)
