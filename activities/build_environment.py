"""Build the environment of a deployment, so that its jobs find it ready."""

from typing import Any

import azure.durable_functions as df

from shared.domain.errors import NotFound
from shared.domain.provisioning import SUPERSEDED, ProvisioningStep, ProvisioningTask
from shared.scoring.environments.spec import EnvironmentFailed
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def build_environment(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return build(ProvisioningTask.from_wire(payload), services()).to_wire()


def build(task: ProvisioningTask, services: Services) -> ProvisioningStep:
    """Have an interpreter for the deployment; an environment that cannot be built is a reason."""
    entry = services.registry.deployments.find(task.endpoint, task.deployment)
    if entry is None or entry.resource.provisioning.generation != task.generation:
        return ProvisioningStep(reason=SUPERSEDED)
    try:
        services.crews.interpreter(services.recipes.of(entry.resource))
    except (EnvironmentFailed, NotFound) as failure:
        return ProvisioningStep(reason=str(failure))
    return ProvisioningStep()
