"""Try a deployment: start a scorer process, import the script, run init() or load the model."""

from typing import Any

import azure.durable_functions as df

from shared.domain.errors import LASTING, BatchError, lasting_reason
from shared.domain.message import LONGEST_REASON, clipped
from shared.domain.provisioning import (
    SUPERSEDED,
    ProvisioningStep,
    ProvisioningTask,
)
from shared.scoring.environments.spec import EnvironmentFailed
from shared.scoring.scorer.told_failure import told
from shared.scoring.spec import InitFailed
from shared.services import Services, services
from shared.stores.deployment_logs import INIT

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def smoke_test(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return try_out(ProvisioningTask.from_wire(payload), services()).to_wire()


def try_out(task: ProvisioningTask, services: Services) -> ProvisioningStep:
    """Why the deployment cannot score, if it cannot; the process that tried stays warm."""
    entry = services.registry.deployments.find(task.endpoint, task.deployment)
    if entry is None or not entry.resource.provisioning.is_wanted(task.generation):
        return ProvisioningStep(reason=SUPERSEDED)
    deployment = entry.resource
    try:
        recipe = services.resolve_deployment(deployment)
        with services.scorers.scorer(recipe, capacity=deployment.settings.parallelism):
            return ProvisioningStep()
    except InitFailed as failure:
        what = "The scoring script does not start" if deployment.code else "The model does not load"
        said = f"{failure.logs.decode(errors='replace')}\n{failure.details}"
        services.deployment_logs.keep(task, INIT, said)
        # What the model does not get is why, more often than not.
        differences = deployment.provisioning.environment.differences
        first = clipped(" ".join(differences), LONGEST_REASON // 3)
        return ProvisioningStep(reason=told(f"{first} {what}".lstrip(), failure, LONGEST_REASON))
    except EnvironmentFailed as failure:
        return ProvisioningStep(reason=str(failure))
    except (BatchError, *LASTING) as error:
        reason = lasting_reason(error)
        if not reason:
            raise
        return ProvisioningStep(reason=reason)
