"""Making a deployment: its environment is pinned, what was understood differently is told."""

import dataclasses
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from activities.build_environment import build
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.asset import AssetId, Code, Environment, Model
from shared.domain.caller import Author
from shared.domain.deployment import CodeConfiguration, Deployment
from shared.domain.provisioning import (
    Provisioning,
    ProvisioningEnd,
    ProvisioningState,
    ProvisioningTask,
)
from shared.schemas.arm_deployments import write_deployment
from shared.scorers import Scorers
from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.environments import Bound
from shared.scoring.models.model_cache import ModelCache
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile
from shared.services import Services
from tests.support.environments import Make, index, make, variables
from tests.support.services_in_memory import services_in_memory
from tests.support.specs import CONTAINER
from tests.support.wheels import wheel

__all__ = ["index", "make", "variables"]

SCORE = b"""\
import apple


def run(mini_batch):
    return [apple.VERSION] * len(mini_batch)
"""
TASK = ProvisioningTask(endpoint="e", deployment="d", generation="g")
IN = "azureml://datastores/workspaceblobstore/paths"


Kept = tuple[Services, MemoryBlobs]


@pytest.fixture
def stores(tmp_path: Path) -> Kept:
    services, blobs, _ = services_in_memory(tmp_path / "scratch")
    return services, blobs


@pytest.fixture
def blobs(stores: Kept) -> MemoryBlobs:
    return stores[1]


@pytest.fixture
def services(tmp_path: Path, make: Make, stores: Kept) -> Iterator[Services]:
    """The real scorers over a store in memory, and environments of a package index in a folder."""
    services, blobs = stores
    pool = ScorerPool(scratch=tmp_path / "scorers", idle_s=60)
    with ThreadPoolExecutor(2) as downloads:
        environments = make()
        folders = ModelCache(blobs, tmp_path / "models", downloads)
        scorers = Scorers(pool, folders, environments, services.registry, most=0, memory_mb=0)
        _register(services, blobs)
        yield dataclasses.replace(services, scorers=scorers)
        pool.close()


def _register(services: Services, blobs: MemoryBlobs) -> None:
    blobs.write(CONTAINER, "code/score.py", SCORE)
    blobs.write(CONTAINER, "a.txt", b"1")
    registry = services.registry
    one = AssetId(name="one", version="1")
    registry.models.save(Model(id=one, uri=f"{IN}/models/m"), "one", "1", by=Author(name="tester"))
    registry.codes.save(Code(id=one, uri=f"{IN}/code"), "one", "1", by=Author(name="tester"))


def deploy(services: Services, conda: str, image: str = "") -> None:
    """A deployment of the script in an environment, as a PUT leaves it."""
    one = AssetId(name="one", version="1")
    environment = Environment(id=one, conda_file=conda, image=image)
    services.registry.environments.save(environment, "one", "1", by=Author(name="tester"))
    deployment = Deployment(
        name="d",
        endpoint="e",
        model=one,
        code=CodeConfiguration(code=one, script="score.py"),
        environment=one,
        provisioning=Provisioning(generation="g"),
    )
    services.registry.deployments.save(deployment, "e", "d", by=Author(name="tester"))


def made(services: Services) -> Deployment:
    """The deployment after its environment was built."""
    step = build(TASK, services)
    assert "" == step.reason
    ended = ProvisioningEnd(task=TASK, state=ProvisioningState.SUCCEEDED, reason="")
    services.registry.end_provisioning(ended)
    return services.registry.deployments.get("e", "d").resource


def scored_with(services: Services, folder: Path) -> str:
    """The row of one file, scored as the deployment says."""
    deployment = services.registry.deployments.get("e", "d").resource

    with services.scorers.scorer(services.resolve_deployment(deployment), capacity=1) as scorer:
        output = folder / "rows"
        scorer.score([LocalFile(folder / "a.txt", "a.txt")], output, timeout_s=60)
        return output.read_text().strip()


CONDA = "dependencies:\n- pip:\n  - apple>=1\n  - azureml-core\n"


def test_another_machine_builds_the_versions_of_the_first(
    services: Services, index: Path, tmp_path: Path
) -> None:
    """A newer apple is there by then; a job still gets the one of the deployment."""
    deploy(services, CONDA)
    deployment = made(services)
    assert "2.0" == scored_with(services, tmp_path)

    wheel(index, "apple", "3.0")
    shutil.rmtree(tmp_path / "envs")

    assert "2.0" == scored_with(services, tmp_path)
    pin = deployment.provisioning.environment.pin
    assert pin is not None
    assert "apple==2.0" in pin.packages


def test_what_was_tolerated_is_reported_with_the_deployment(services: Services) -> None:
    deploy(services, CONDA, image="mcr.microsoft.com/azureml/openmpi")

    shown = write_deployment(made(services), lambda *parts: "/".join(parts), str, "")

    notes = " ".join(shown["provisioningNotes"])
    assert "azureml-core" in notes
    assert "The image 'mcr.microsoft.com/azureml/openmpi' is ignored" in notes


def test_a_late_twin_pins_what_the_first_one_pinned(services: Services, index: Path) -> None:
    deploy(services, CONDA)
    assert "" == build(TASK, services).reason
    wheel(index, "apple", "3.0")

    pin = made(services).provisioning.environment.pin
    assert pin is not None
    assert "apple==2.0" in pin.packages


def test_a_generation_that_is_over_pins_nothing(services: Services) -> None:
    deploy(services, CONDA)

    build(TASK.model_copy(update={"generation": "older"}), services)

    assert services.registry.deployments.get("e", "d").resource.provisioning.environment.pin is None


def test_notes_are_kept_when_the_environment_cannot_be_built(services: Services) -> None:
    """The version may be on the index whose option was ignored: the reason says so."""
    other = "-f https://host/wheels?sig=secret"
    deploy(services, f"dependencies:\n- pip:\n  - {other}\n  - apple==1.0+cu117\n  - azureml-core")

    step = build(TASK, services)

    provisioning = services.registry.deployments.get("e", "d").resource.provisioning
    assert "apple==1.0+cu117" in step.reason
    assert "'-f https://host/wheels?***' is ignored" in step.reason
    assert "azureml-core" not in step.reason
    assert 2 == len(provisioning.environment.notes)
    assert provisioning.environment.pin is None


def test_notes_are_kept_when_no_such_python_is_supported(services: Services) -> None:
    deploy(services, "dependencies:\n- python=2.7\n- pip:\n  - azureml-core\n")

    assert "2.7" in build(TASK, services).reason
    (note,) = services.registry.deployments.get("e", "d").resource.provisioning.environment.notes
    assert "azureml-core" in note


def test_packages_in_a_models_folder_are_found_after_the_folder_was_removed(
    services: Services, blobs: MemoryBlobs, index: Path, tmp_path: Path
) -> None:
    """Scratch folders may go at any time: the model is fetched again, with what is in it."""
    for name in ("mlflow_skinny", "pandas", "pillow", "pyarrow"):
        wheel(index, name, "999.0")
    wheel(tmp_path / "own", "pear", "1.0")
    (pear,) = (tmp_path / "own").iterdir()
    blobs.write(CONTAINER, "models/m/MLmodel", b"flavors: {}\n")
    blobs.write(CONTAINER, "models/m/requirements.txt", f"./{pear.name}\npandas==999".encode())
    blobs.write(CONTAINER, f"models/m/{pear.name}", pear.read_bytes())
    one = AssetId(name="one", version="1")
    model_alone = Deployment(name="d", endpoint="e", model=one)
    resolved = services.resolve_deployment(model_alone)
    services.scorers.prepare(resolved)

    shutil.rmtree(tmp_path / "models")
    shutil.rmtree(tmp_path / "envs")

    assert services.scorers.prepare(resolved).pin is None


def test_what_the_service_satisfies_is_not_pinned(services: Services) -> None:
    deploy(services, "dependencies:\n- pip:\n  - pydantic\n")

    assert made(services).provisioning.environment.pin is None


def test_a_build_makes_room_for_itself(tmp_path: Path, make: Make) -> None:
    old, new = (EnvironmentSpec("", (f"apple=={version}",)) for version in ("1.0", "2.0"))
    environments = make(keep=Bound(bytes=0, unused=timedelta(0)))
    first = environments.ensure(old)

    second = environments.ensure(new)

    assert second.exists()
    assert not first.exists()
