"""Write how the making of a deployment ended, unless that is known or it was put again."""

from typing import Any

import azure.durable_functions as df

from shared.domain.provisioning import ProvisioningEnd
from shared.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def end_provisioning(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return services().registry.end_provisioning(ProvisioningEnd.from_wire(payload))
