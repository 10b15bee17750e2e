"""Attempt a delivery once, within its time limit."""

from typing import Any

import azure.durable_functions as df

from shared.domain.delivery import AttemptTask
from shared.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def attempt_delivery(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return services().callbacks.deliver(AttemptTask.from_wire(payload)).to_wire()
