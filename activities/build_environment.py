"""Build the environment of a deployment, so that its jobs find it ready.

Every version is pinned in the deployment: on another machine, and next year, it is the same.
"""

from contextlib import suppress
from typing import Any

import azure.durable_functions as df

from shared.domain.deployment import Deployment
from shared.domain.environment import MadeEnvironment
from shared.domain.errors import LASTING, BatchError, NotFound, lasting_reason
from shared.domain.provisioning import SUPERSEDED, ProvisioningStep, ProvisioningTask
from shared.scoring.environments.pip_options import OTHER_INDEX
from shared.scoring.environments.spec import EnvironmentFailed
from shared.services import Services, services
from shared.stores.deployment_logs import BUILD

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def build_environment(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return build(ProvisioningTask.from_wire(payload), services()).to_wire()


def build(task: ProvisioningTask, services: Services) -> ProvisioningStep:
    """Have an interpreter for the deployment; an environment that cannot be built is a reason.

    A late twin builds what the first one pinned.
    """
    entry = services.registry.deployments.find(task.endpoint, task.deployment)
    if entry is None or not entry.resource.provisioning.is_wanted(task.generation):
        return ProvisioningStep(reason=SUPERSEDED)
    said = list[str]()
    try:
        made = services.scorers.prepare(services.resolve_deployment(entry.resource), said.append)
        reason = ""
    except EnvironmentFailed as failure:
        made = MadeEnvironment(notes=failure.notes)
        elsewhere = (note for note in failure.notes if note.endswith(OTHER_INDEX))
        reason = "\n".join([failure.reason, *elsewhere])
    except (BatchError, *LASTING) as error:
        reason = lasting_reason(error)
        if not reason:
            raise
        return ProvisioningStep(reason=reason)
    _keep(task, made, services)
    services.deployment_logs.keep(task, BUILD, "\n".join([*said, *made.notes, reason]))
    return ProvisioningStep(reason=reason)


def _keep(task: ProvisioningTask, made: MadeEnvironment, services: Services) -> None:
    """In the deployment's document: a pin is too long for a history."""

    def changed(deployment: Deployment) -> Deployment:
        provisioning = deployment.provisioning
        if not provisioning.is_wanted(task.generation):
            return deployment
        kept = provisioning.model_copy(update={"environment": made})
        return deployment.model_copy(update={"provisioning": kept})

    with suppress(NotFound):  # it was deleted meanwhile
        services.registry.deployments.change(changed, task.endpoint, task.deployment)
