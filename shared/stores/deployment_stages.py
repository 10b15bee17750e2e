"""Which stage a deployment that is being made has reached: a small document beside its log.

    deployment-logs/<endpoint>/<deployment>/<generation>/stage.json

It is written when a stage begins, and forgotten with the log. Nothing depends on it but what
people see, so that a store that refuses it holds nobody up.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime

from shared.domain.errors import BatchError
from shared.domain.provisioning import ProvisioningTask
from shared.domain.provisioning_stage import ProvisioningStage, Stage
from shared.ports import Blobs
from shared.stores.deployment_logs import folder_of
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER

log = logging.getLogger(__name__)


class DeploymentStages:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def enter(
        self, task: ProvisioningTask, began_at: datetime, stage: Stage, detail: str = ""
    ) -> None:
        """Note that the stage begins now; `began_at` is when the deployment was put."""
        now = datetime.now(UTC)
        entered = ProvisioningStage(name=stage, detail=detail, since=now, began_at=began_at)
        try:
            self._documents.put(_name(task), entered.to_wire())
        except BatchError as error:
            log.warning("stage not noted deployment=%s reason=%s", task.instance, error)

    def read(self, task: ProvisioningTask, began_at: datetime) -> ProvisioningStage:
        """The stage now; a deployment that nobody has begun with is queued."""
        with suppress(BatchError, ValueError):  # the deployment itself is readable all the same
            if (found := self._documents.find(_name(task))) is not None:
                return ProvisioningStage.from_wire(found.body)
        return ProvisioningStage.queued(began_at)


def _name(task: ProvisioningTask) -> str:
    return f"{folder_of(task)}stage.json"
