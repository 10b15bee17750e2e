"""Accept the uploads of a watch that are due as a batch, and start its job."""

from typing import Any

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.domain.watch import GatherTask
from shared.services import services

bp = df.Blueprint()


@bp.durable_client_input(client_name="client")
@bp.activity_trigger(input_name="payload")
def accept_uploads(payload: dict, client: str) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    task = GatherTask.from_wire(payload)
    return services().gather_uploads(task, DurableClient(client)).to_wire()
