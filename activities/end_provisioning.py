"""Write how the making of a deployment ended, unless it was put again meanwhile."""

from typing import Any

import azure.durable_functions as df

from shared.domain.deployment import Deployment
from shared.domain.provisioning import Provisioning, ProvisioningEnd
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def end_provisioning(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return end(ProvisioningEnd.from_wire(payload), services())


def end(ending: ProvisioningEnd, services: Services) -> bool:
    """Whether it was written: a newer generation is never touched."""
    task = ending.task
    provisioning = Provisioning(
        state=ending.state, reason=ending.reason, generation=task.generation
    )

    def changed(deployment: Deployment) -> Deployment:
        if deployment.provisioning.generation != task.generation:
            return deployment
        return deployment.model_copy(update={"provisioning": provisioning})

    deployments = services.registry.deployments
    entry = deployments.change(changed, task.endpoint, task.deployment)
    return entry.resource.provisioning == provisioning
