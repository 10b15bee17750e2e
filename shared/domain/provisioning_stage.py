"""The stage of a deployment that is being made: what is done for it now, and since when."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, field_validator

from shared.domain.message import Message, clipped
from shared.domain.redaction import RedactedText

LONGEST_DETAIL = 300


class Stage(StrEnum):
    """In the order in which they come; one that has nothing to do is left out."""

    QUEUED = "Queued"
    DOWNLOADING_MODEL = "DownloadingModel"
    RESOLVING_ENVIRONMENT = "ResolvingEnvironment"
    WAITING_FOR_BUILD = "WaitingForBuild"
    CREATING_ENVIRONMENT = "CreatingEnvironment"
    DOWNLOADING_PACKAGES = "DownloadingPackages"
    INSTALLING_PACKAGES = "InstallingPackages"
    COMPILING_PACKAGES = "CompilingPackages"
    INITIALIZING = "Initializing"


class ProvisioningStage(Message):
    """A stage, with a short detail; `began_at` is when the deployment was put."""

    name: Stage
    detail: RedactedText = ""
    since: AwareDatetime
    began_at: AwareDatetime

    @field_validator("detail")
    @classmethod
    def _is_short(cls, detail: str) -> str:
        return clipped(detail, LONGEST_DETAIL)

    @classmethod
    def queued(cls, began_at: datetime) -> "ProvisioningStage":
        """Nobody has begun with it yet."""
        return cls(name=Stage.QUEUED, since=began_at, began_at=began_at)

    def elapsed_s(self, now: datetime) -> float:
        """Seconds in this stage; clocks of two machines may differ a little."""
        return _seconds(self.since, now)

    def total_s(self, now: datetime) -> float:
        return _seconds(self.began_at, now)


def _seconds(since: datetime, now: datetime) -> float:
    return round(max(0.0, (now - since).total_seconds()), 1)
