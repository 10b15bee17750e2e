"""The log of a deployment's making, and failures that another try cannot mend."""

import dataclasses
from typing import Any

import pytest

from activities.build_environment import build
from activities.smoke_test import try_out
from shared.adapters.memory_blobs import MemoryBlobs
from shared.api.routes import UNBOUND
from shared.domain.asset import AssetId
from shared.domain.caller import Author
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import InvalidRequest, NotFound, ServiceUnavailable
from shared.domain.provisioning import Provisioning, ProvisioningStep
from shared.services import Services
from tests.app.test_provisioning_in_memory import (
    CONDA,
    TASK,
    blobs,
    deploy,
    index,
    make,
    services,
    stores,
    variables,
)
from tests.support.requests import http_request
from tests.support.specs import CONTAINER
from triggers.deployment_logs import get_logs
from triggers.deployments import delete_deployment

__all__ = ["blobs", "index", "make", "services", "stores", "variables"]


def model_alone(services: Services) -> None:
    """A deployment of the model without a script, as a PUT leaves it."""
    one = AssetId(name="one", version="1")
    deployment = Deployment(
        name="d", endpoint="e", model=one, provisioning=Provisioning(generation="g")
    )
    services.registry.deployments.save(deployment, "e", "d", by=Author(name="tester"))


def log(services: Services, **asked: Any) -> str:
    """As a reader gets it."""
    endpoint = Endpoint(name="e")
    services.registry.endpoints.save(endpoint, "e", by=Author(name="tester"))
    request = http_request(asked or None, role="reader", endpoint="e", deployment="d")
    content: str = get_logs(request, services, UNBOUND).body["content"]
    return content


def test_a_build_that_fails_tells_its_last_lines_and_keeps_the_rest(services: Services) -> None:
    """Each line of uv's stays a line, and no address shows its password."""
    other = "-i https://me:hunter2@host/simple"
    deploy(services, f"dependencies:\n- pip:\n  - {other}\n  - apple==7.0")

    reason = build(TASK, services).reason

    assert reason.startswith("The packages do not go together: ")
    assert "apple==7.0" in reason
    assert reason.count("\n") >= 1
    said = log(services)
    assert said.startswith("=== build ===\n> uv ")
    assert reason.splitlines()[-1] in said
    assert "hunter2" not in said + reason


def test_a_build_that_worked_and_an_init_that_did_not_are_reported_in_order(
    services: Services, blobs: MemoryBlobs
) -> None:
    script = (
        b"def init():\n    print('hello')\n    1 / 0\n\n\ndef run(mini_batch):\n    return []\n"
    )
    blobs.write(CONTAINER, "code/score.py", script)
    deploy(services, CONDA)
    assert "" == build(TASK, services).reason

    reason = try_out(TASK, services).reason

    said = log(services)
    assert "ZeroDivisionError" in reason
    assert said.index("=== build ===") < said.index("apple==2.0") < said.index("=== init ===")
    assert said.index("hello") < said.index("ZeroDivisionError: division by zero")
    assert said.splitlines()[-2:] == log(services, tail=2).splitlines()


def test_a_log_goes_with_its_deployment(services: Services, blobs: MemoryBlobs) -> None:
    deploy(services, CONDA)
    build(TASK, services)
    assert log(services)

    delete_deployment(http_request(endpoint="e", deployment="d"), services, UNBOUND)

    assert [] == list(blobs.list_names("batch-registry", "deployment-logs/"))


@pytest.mark.parametrize("tail", [0, -1, "x"])
def test_a_tail_is_a_number_of_lines(services: Services, tail: object) -> None:
    deploy(services, CONDA)

    with pytest.raises(InvalidRequest, match="'tail'"):
        log(services, tail=tail)


def test_what_a_model_does_not_get_is_noted_and_comes_first_when_it_does_not_load(
    services: Services, blobs: MemoryBlobs
) -> None:
    described = (
        b"flavors:\n  python_function:\n    loader_module: no.such.module\n"
        b"    python_version: 3.7.9\n    env: conda.yml\n  sklearn:\n    sklearn_version: 0.19\n"
    )
    blobs.write(CONTAINER, "models/m/MLmodel", described)
    model_alone(services)

    assert "" == build(TASK, services).reason
    reason = try_out(TASK, services).reason

    made = services.registry.deployments.get("e", "d").resource.provisioning.environment
    assert 2 == len(made.differences)
    assert made.differences == made.notes[:2]
    assert "saved with Python 3.7.9" in made.notes[0]
    assert "saved with scikit-learn 0.19" in made.notes[1]
    assert "names the environment file 'conda.yml'" in made.notes[2]
    assert reason.startswith(f"{made.notes[0]} {made.notes[1]} The model does not load: ")


def test_a_model_that_can_never_be_read_fails_at_the_first_try(
    services: Services, blobs: MemoryBlobs
) -> None:
    blobs.write(CONTAINER, "models/m/MLmodel", b"[" * 100_000)
    model_alone(services)

    for step in (build, try_out):
        assert "nested more than 50 deep" in step(TASK, services).reason


class Failing:
    """A deployment that cannot be resolved, for one reason."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, _deployment: Deployment) -> object:
        raise self._error


LASTING = [
    InvalidRequest("It is elsewhere.", fix="Move it."),
    NotFound("It is gone.", fix="Make it."),
    ValueError("no number"),
    KeyError("flavors"),
    RecursionError("maximum recursion depth exceeded"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
]


def unresolvable(services: Services, error: Exception) -> Services:
    failing: Any = Failing(error)
    return dataclasses.replace(services, resolve_deployment=failing)


@pytest.mark.parametrize("error", LASTING, ids=[type(one).__name__ for one in LASTING])
def test_what_can_never_work_is_a_reason_and_no_exception(
    services: Services, error: Exception
) -> None:
    """An exception would be tried again for five minutes."""
    deploy(services, CONDA)
    broken = unresolvable(services, error)

    for step in (build, try_out):
        told: ProvisioningStep = step(TASK, broken)
        assert str(error.args[0]).split()[0] in told.reason


@pytest.mark.parametrize(
    "error", [ServiceUnavailable("The store rests.", fix="Wait."), OSError("the disk is full")]
)
def test_what_may_pass_is_tried_again(services: Services, error: Exception) -> None:
    deploy(services, CONDA)

    for step in (build, try_out):
        with pytest.raises(type(error)):
            step(TASK, unresolvable(services, error))
