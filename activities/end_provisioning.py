"""Write how the making of a deployment ended, unless it was put again meanwhile."""

from typing import Any

import azure.durable_functions as df

from shared.domain.deployment import Deployment
from shared.domain.provisioning import ProvisioningEnd
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def end_provisioning(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return end(ProvisioningEnd.from_wire(payload), services())


def end(ending: ProvisioningEnd, services: Services) -> bool:
    """Whether it was written: a newer generation is never touched."""
    task = ending.task

    def changed(deployment: Deployment) -> Deployment:
        provisioning = deployment.provisioning
        if provisioning.generation != task.generation:
            return deployment
        ended = provisioning.model_copy(update={"state": ending.state, "reason": ending.reason})
        return deployment.model_copy(update={"provisioning": ended})

    deployments = services.registry.deployments
    entry = deployments.change(changed, task.endpoint, task.deployment)
    return entry.resource.provisioning.generation == task.generation
