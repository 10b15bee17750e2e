"""The stage of a deployment that is being made, in ARM JSON: of its document and its operation."""

from datetime import datetime

from shared.domain.job import utc
from shared.domain.message import JSON
from shared.domain.provisioning_stage import ProvisioningStage


def write_stage(stage: ProvisioningStage, now: datetime) -> JSON:
    return {
        "name": stage.name,
        "detail": stage.detail or None,
        "startTime": utc(stage.since),
        "elapsedSeconds": stage.elapsed_s(now),
        "totalSeconds": stage.total_s(now),
    }
