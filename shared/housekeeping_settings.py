"""The settings of housekeeping: how long what is kept, by rule."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, NonNegativeInt, PositiveInt


class RemovedJobs(StrEnum):
    """What becomes of the predictions of a job that housekeeping removes."""

    KEPT = "kept"
    REMOVED = "removed"


# At most ten years.
Days = Annotated[NonNegativeInt, Field(le=3650)]


class HousekeepingSettings(BaseModel):
    """Part of `Settings`; docs/housekeeping.md says what goes, and before what."""

    job_days: Days = 0
    """How long ended jobs are kept; 0: for ever, here and below. What goes of a job goes after
    what names it: docs/housekeeping.md."""

    jobs_kept: NonNegativeInt = 0
    """How many jobs are kept, the newest; 0: all. Of the rest those go that ended a day ago."""

    predictions_of_removed_jobs: RemovedJobs = RemovedJobs.KEPT
    """`removed`: a job that goes takes its predictions with it."""

    part_days: Days = 30
    """How long intermediate files of ended jobs are kept, which the output was made of."""

    log_days: Days = 0
    """How long logs of ended jobs are kept; 0: as long as the job."""

    history_days: Days = 30
    """How long the task hub keeps what has ended, since it was created."""

    started_upload_days: Annotated[PositiveInt, Field(le=3650)] = 1
    """How long the container of an upload is kept in which nothing was registered."""

    upload_days: Days = 0
    """How long files are kept that clients uploaded for assets, once nothing names them."""

    scratch_days: Days = 7
    """How long a model stays on the disk unused: longer than any run() may take."""

    housekeeping_schedule: str = "30 */5 * * * *"
    """When a look is due: an NCRONTAB expression. A walk of many looks begins once a day."""
