"""The sweep of announcements: what was not told of jobs is told within a minute or so.

After that a few of the deliveries are looked at, for those that are old enough to go.
"""

import logging

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.services import services
from shared.settings import Settings

bp = df.Blueprint()
log = logging.getLogger(__name__)


@bp.timer_trigger(
    arg_name="timer", schedule=Settings.from_environment().sweep_schedule, run_on_startup=True
)
@bp.durable_client_input(client_name="client")
def sweep_announcements(timer: func.TimerRequest, client: str) -> None:
    """At each start too, for what a kill cut off."""
    del timer
    service = services()
    ended = service.callbacks.sweep(service.follow_job)(DurableClient(client))
    if ended:
        log.info("swept announcements=%d", ended)
    forgotten = service.callbacks.forget()
    if forgotten:
        log.info("forgot deliveries=%d", forgotten)
