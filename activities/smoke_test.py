"""Try a deployment: start a scorer process, import the script, run init() or load the model."""

from functools import partial
from typing import Any

import azure.durable_functions as df

from shared.domain.errors import LASTING, BatchError, lasting_reason
from shared.domain.message import LONGEST_REASON, clipped
from shared.domain.provisioning import (
    SUPERSEDED,
    ProvisioningStep,
    ProvisioningTask,
)
from shared.domain.provisioning_stage import Stage
from shared.domain.resolved_deployment import ResolvedDeployment
from shared.scoring.environments.environment_spec import EnvironmentFailed
from shared.scoring.scorer.init_failure_text import explain_init_failure
from shared.scoring.scorer_spec import InitFailed
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
    deployment, stages = entry.resource, services.deployment_stages
    enter = partial(stages.enter, task, entry.written.last_modified_at)
    try:
        resolved = services.resolve_deployment(deployment)
        enter(Stage.DOWNLOADING_MODEL, str(resolved.model))
        services.scorers.fetch(resolved)
        enter(Stage.INITIALIZING, _init_of(resolved))
        with services.scorers.scorer(resolved, capacity=deployment.settings.parallelism):
            return ProvisioningStep()
    except InitFailed as failure:
        what = "The scoring script does not start" if deployment.code else "The model does not load"
        log = f"{failure.logs.decode(errors='replace')}\n{failure.details}"
        services.deployment_logs.keep(task, INIT, log)
        # What the model does not get is why, more often than not.
        differences = deployment.provisioning.environment.differences
        first = clipped(" ".join(differences), LONGEST_REASON // 3)
        return ProvisioningStep(
            reason=explain_init_failure(f"{first} {what}".lstrip(), failure, LONGEST_REASON)
        )
    except EnvironmentFailed as failure:
        return ProvisioningStep(reason=str(failure))
    except (BatchError, *LASTING) as error:
        reason = lasting_reason(error)
        if not reason:
            raise
        return ProvisioningStep(reason=reason)


def _init_of(resolved: ResolvedDeployment) -> str:
    """What runs now, in words."""
    return f"init() of {resolved.script}" if resolved.script else "The model is loaded by MLflow"
