"""The stages of a deployment's making, as its document and its operation show them."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.build_environment import build
from activities.smoke_test import try_out
from shared.adapters.memory_blobs import MemoryBlobs
from shared.api.routes import UNBOUND
from shared.domain.caller import Author
from shared.domain.endpoint import Endpoint
from shared.domain.errors import ServiceUnavailable
from shared.domain.provisioning import ProvisioningEnd, ProvisioningState
from shared.domain.provisioning_stage import Stage
from shared.services import Services
from shared.stores.deployment_stages import DeploymentStages
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
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.requests import http_request
from triggers.deployments import delete_deployment, list_deployments

__all__ = ["blobs", "index", "make", "services", "stores", "variables"]
NOW = datetime.now(UTC)
SEEN_WHEN_SLOW = {"InstallingPackages", "CompilingPackages"}
FOLDER = "deployment-logs/e/d/g/"


def stage(services: Services) -> Any:
    """As a reader gets it with the deployment."""
    services.registry.endpoints.save(Endpoint(name="e"), "e", by=Author(name="tester"))
    (entry,) = list_deployments(http_request(role="reader", endpoint="e"), services, UNBOUND).body[
        "value"
    ]
    return entry["properties"]["provisioningStage"]


class StagesWritten(MemoryBlobs):
    """A store that remembers each stage that was written."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = list[str]()

    def write(self, container: str, name: str, data: bytes, **options: Any) -> str:
        if name.endswith("/stage.json"):
            self.stages.append(json.loads(data)["name"])
        return super().write(container, name, data, **options)


def test_a_deployment_goes_through_its_stages_with_a_write_for_each(
    services: Services,
) -> None:
    deploy(services, CONDA)
    written = StagesWritten()
    written.ensure_container("batch-registry")
    services = dataclasses.replace(services, deployment_stages=DeploymentStages(written))
    assert "Queued" == stage(services)["name"]

    assert "" == build(TASK, services).reason
    last = stage(services)
    assert "" == try_out(TASK, services).reason

    assert last["detail"].endswith(": apple")
    assert 0 <= last["elapsedSeconds"] <= last["totalSeconds"]
    assert [
        "ResolvingEnvironment",
        "CreatingEnvironment",
        "DownloadingPackages",
        "DownloadingModel",
        "Initializing",
    ] == [name for name in written.stages if name not in SEEN_WHEN_SLOW]
    assert "init() of score.py" == stage(services)["detail"]


@pytest.mark.parametrize("state", [ProvisioningState.SUCCEEDED, ProvisioningState.FAILED])
def test_what_has_ended_has_no_stage(services: Services, state: ProvisioningState) -> None:
    deploy(services, CONDA)
    build(TASK, services)

    services.registry.end_provisioning(ProvisioningEnd(task=TASK, state=state, reason=""))

    assert stage(services) is None


def test_a_stage_is_that_of_one_generation_and_goes_with_the_deployment(
    services: Services, blobs: MemoryBlobs
) -> None:
    deploy(services, CONDA)
    build(TASK, services)
    newer = TASK.model_copy(update={"generation": "newer"})

    assert Stage.QUEUED is not services.deployment_stages.read(TASK, NOW).name
    assert Stage.QUEUED is services.deployment_stages.read(newer, NOW).name
    assert f"{FOLDER}stage.json" in list(blobs.list_names("batch-registry", FOLDER))
    stage(services)
    delete_deployment(http_request(endpoint="e", deployment="d"), services, UNBOUND)
    assert [] == list(blobs.list_names("batch-registry", FOLDER))


def test_a_store_that_refuses_a_stage_stops_nobody() -> None:
    def refuse() -> None:
        raise ServiceUnavailable("The store rests.", fix="Wait.")

    faulty = FaultyBlobs()
    faulty.ensure_container("batch-registry")
    stages = DeploymentStages(faulty)
    faulty.before_write(1, refuse)

    stages.enter(TASK, NOW, Stage.DOWNLOADING_MODEL)
    assert Stage.QUEUED is stages.read(TASK, NOW).name
    stages.enter(TASK, NOW, Stage.INITIALIZING)
    assert Stage.INITIALIZING is stages.read(TASK, NOW).name


def test_seconds_never_run_backwards_when_clocks_differ() -> None:
    blobs = MemoryBlobs()
    blobs.ensure_container("batch-registry")
    stages = DeploymentStages(blobs)
    stages.enter(TASK, NOW + timedelta(hours=1), Stage.INITIALIZING, "x" * 1000)

    noted = stages.read(TASK, NOW)

    assert (0.0, 0.0) == (noted.total_s(NOW), noted.elapsed_s(NOW))
    assert 300 == len(noted.detail)


def test_a_stage_that_another_release_wrote_differently_is_no_obstacle() -> None:
    blobs = MemoryBlobs()
    blobs.ensure_container("batch-registry")
    blobs.write("batch-registry", f"{FOLDER}stage.json", b'{"name": "Unpacking"}')

    assert Stage.QUEUED is DeploymentStages(blobs).read(TASK, NOW).name
