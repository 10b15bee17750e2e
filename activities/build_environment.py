"""Build the environment of a deployment, so that its jobs find it ready.

Every version is pinned in the deployment: on another machine, and next year, it is the same.
"""

from contextlib import suppress
from functools import partial
from typing import Any

import azure.durable_functions as df

from shared.domain.deployment import Deployment
from shared.domain.environment import BuiltEnvironment
from shared.domain.errors import LASTING, BatchError, NotFound, lasting_reason
from shared.domain.provisioning import SUPERSEDED, ProvisioningStep, ProvisioningTask
from shared.scoring.environments.environment_spec import EnvironmentFailed, Listener
from shared.scoring.environments.pip_options import OTHER_INDEX
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
    log_lines = list[str]()
    enter = partial(services.deployment_stages.enter, task, entry.written.last_modified_at)
    try:
        resolved = services.resolve_deployment(entry.resource)
        built = services.scorers.prepare(resolved, Listener(log_lines.append, enter))
        reason = ""
    except EnvironmentFailed as failure:
        built = BuiltEnvironment(notes=failure.notes)
        elsewhere = (note for note in failure.notes if note.endswith(OTHER_INDEX))
        reason = "\n".join([failure.reason, *elsewhere])
    except (BatchError, *LASTING) as error:
        reason = lasting_reason(error)
        if not reason:
            raise
        return ProvisioningStep(reason=reason)
    _keep(task, built, services)
    services.deployment_logs.keep(task, BUILD, "\n".join([*log_lines, *built.notes, reason]))
    return ProvisioningStep(reason=reason)


def _keep(task: ProvisioningTask, built: BuiltEnvironment, services: Services) -> None:
    """In the deployment's document: a pin is too long for a history."""

    def changed(deployment: Deployment) -> Deployment:
        provisioning = deployment.provisioning
        if not provisioning.is_wanted(task.generation):
            return deployment
        updated = provisioning.model_copy(update={"environment": built})
        return deployment.model_copy(update={"provisioning": updated})

    with suppress(NotFound):  # it was deleted meanwhile
        services.registry.deployments.change(changed, task.endpoint, task.deployment)
