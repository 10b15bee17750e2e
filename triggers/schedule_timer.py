"""The clock of the schedules: every minute, all of them are looked at.

A timer, and no orchestration for each schedule: a look is the same whoever makes it and how often,
so that nothing has to be kept alive, and nothing is lost with a task hub.
"""

from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.services import services

bp = df.Blueprint()
# No trigger is due more often than at each minute.
EVERY_MINUTE = "0 * * * * *"


@bp.timer_trigger(arg_name="timer", schedule=EVERY_MINUTE)
@bp.durable_client_input(client_name="client")
def look_at_schedules(timer: func.TimerRequest, client: str) -> None:
    del timer  # late or not, the clock says what is due
    services().run_schedules(datetime.now(UTC), DurableClient(client))
