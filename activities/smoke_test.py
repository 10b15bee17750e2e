"""Try a deployment: start a scorer process, import the script, run init() or load the model."""

from typing import Any

import azure.durable_functions as df

from shared.domain.errors import ModelMissing
from shared.domain.provisioning import ProvisioningStep, ProvisioningTask
from shared.scoring.environments.spec import EnvironmentFailed
from shared.scoring.spec import InitFailed
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def smoke_test(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return try_out(ProvisioningTask.from_wire(payload), services()).to_wire()


def try_out(task: ProvisioningTask, services: Services) -> ProvisioningStep:
    """Why the deployment cannot score, if it cannot; the process that tried stays warm."""
    deployment = services.registry.deployments.get(task.endpoint, task.deployment).resource
    recipe = services.recipes.of(deployment)
    try:
        with services.crews.scorer(recipe, capacity=deployment.settings.parallelism):
            return ProvisioningStep()
    except InitFailed as failure:
        what = "The scoring script does not start" if recipe.script else "The model does not load"
        return ProvisioningStep(reason=f"{what}: {failure}\n{failure.details}")
    except (EnvironmentFailed, ModelMissing) as failure:
        return ProvisioningStep(reason=str(failure))
