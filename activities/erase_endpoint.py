"""Erase an endpoint that is being deleted: its deployments, watches and webhooks, then itself."""

from typing import Any

import azure.durable_functions as df

from shared.domain.delivery import TargetKind
from shared.domain.provisioning import EndpointDeletion
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def erase_endpoint(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return erase(EndpointDeletion.from_wire(payload), services())


def erase(task: EndpointDeletion, services: Services) -> bool:
    """Whether it is gone. False: one of its name is there, and not by this deletion to be erased.

    The mark in the endpoint's document is what was asked, whoever started this.
    """
    registry = services.registry
    entry = registry.endpoints.find(task.endpoint)
    if entry is None:
        return True
    if entry.resource.deletion != task.deletion:
        return False
    incarnation = entry.resource.incarnation
    for name in registry.deployments.names(task.endpoint):
        registry.deployments.delete_if(
            lambda one: one.incarnation <= incarnation, task.endpoint, name
        )
        services.deployment_logs.forget(task.endpoint, name)
    for name in registry.watches.names(task.endpoint):
        registry.watches.delete_if(
            lambda one: one.endpoint_incarnation <= incarnation, task.endpoint, name
        )
    for name in registry.webhooks.names(task.endpoint):
        registry.webhooks.delete_if(
            lambda one: one.endpoint_incarnation <= incarnation, task.endpoint, name
        )
    services.callbacks.receivers.erase_endpoint(task.endpoint)
    services.callbacks.deliveries.erase(TargetKind.WEBHOOK, task.endpoint)
    registry.endpoints.delete_if(lambda one: one.deletion == task.deletion, task.endpoint)
    return True
