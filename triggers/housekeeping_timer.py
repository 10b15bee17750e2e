"""The timer of housekeeping: a bounded look each time, where the last one stopped."""

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.housekeeping import keep_house
from shared.services import services
from shared.settings import Settings

bp = df.Blueprint()
# The next look comes some minutes later, and is held up by none that takes so long.
LIMIT_S = 60.0


@bp.timer_trigger(arg_name="timer", schedule=Settings.from_environment().housekeeping_schedule)
@bp.durable_client_input(client_name="client")
def look_after_house(timer: func.TimerRequest, client: str) -> None:
    del timer  # late or not, the walk says what is due
    keep_house(services())(DurableClient(client), limit_s=LIMIT_S)
