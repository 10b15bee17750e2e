"""A watch: which folder it looks at, when its uploads have been gathered, and what scores them."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, PositiveInt, field_validator, model_validator

from shared.domain.errors import Conflict
from shared.domain.globs import matches_any
from shared.domain.instance_id import instance_id
from shared.domain.message import NO_EXTRAS, NO_TAGS, Extras, Message, Tags
from shared.domain.names import ENDPOINT_NAME

INBOX = "inbox"
"""The watch that every endpoint has, of the folder with its name in INBOX_CONTAINER."""
INBOX_CONTAINER, INBOX_STORE = "batch-inbox", "workspaceinbox"
# One document of the record holds a batch's files: some 150 bytes each.
MOST_FILES = 10_000
LONGEST_WAIT_S = 86_400

type Seconds = Annotated[PositiveInt, Field(le=LONGEST_WAIT_S)]
type Name = Annotated[str, Field(pattern=f"^{ENDPOINT_NAME.pattern}$")]
type Incarnation = Annotated[str, Field(pattern="^[-.0-9a-zA-Z]{1,64}$")]


OUTPUT_FIELDS = ("endpoint", "watch", "batch", "job", "date", "yyyy", "MM", "dd")
_FIELD = re.compile(r"\{(.*?)\}|[{}]")


class WatchState(StrEnum):
    ENABLED = "Enabled"
    PAUSED = "Paused"


class UploadSource(Message):
    """A folder of a datastore, and the patterns of the names in it that count: by default all."""

    datastore: str
    folder: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def takes(self, name: str) -> bool:
        """Whether a file counts that has this name in the folder."""
        is_included = not self.include or matches_any(name, self.include)
        return is_included and not matches_any(name, self.exclude)


class GatherRules(Message):
    """When uploads become a job: nothing came for a while, there are many, or one waits too long.

    `marker` is the name of a file that ends the wait; empty: none does.
    """

    quiet_s: Seconds = 30
    most_files: Annotated[PositiveInt, Field(le=MOST_FILES)] = 1000
    most_wait_s: Seconds = 600
    marker: str = ""

    @model_validator(mode="after")
    def _waits_for_quiet(self) -> Self:
        if self.most_wait_s < self.quiet_s:
            raise ValueError(
                f"Nothing is quiet for {self.quiet_s} s while a file may wait {self.most_wait_s} s "
                "only. Let mostWaitSeconds be at least quietSeconds."
            )
        return self


class Watch(Message):
    """What turns uploads into jobs of an endpoint.

    `deployment` is empty for the endpoint's default one, `output` for the usual place of a job's
    predictions; `overrides` are what an invocation's body may have. `incarnation` tells its record
    from that of an earlier watch of the name, `endpoint_incarnation` whose endpoint's it is.
    """

    name: Name
    endpoint: Name
    deployment: str = ""
    source: UploadSource
    rules: GatherRules = GatherRules()
    overrides: Extras = NO_EXTRAS
    output: str = ""
    state: WatchState = WatchState.ENABLED
    description: str = ""
    tags: Tags = NO_TAGS
    incarnation: str = ""
    endpoint_incarnation: str = ""

    @field_validator("output")
    @classmethod
    def _has_a_place_for_each_batch(cls, output: str) -> str:
        if output:
            check_output(output)
        return output

    @property
    def task(self) -> "GatherTask":
        return GatherTask(endpoint=self.endpoint, watch=self.name, incarnation=self.incarnation)

    @property
    def is_built_in(self) -> bool:
        return self.name.lower() == INBOX

    def replacing(self, old: "Watch") -> "Watch":
        """Stand in for an old one of the same endpoint, and go on with its record.

        Raises Conflict when the old one belongs to a newer endpoint of the same name.
        """
        if old.endpoint_incarnation > self.endpoint_incarnation:
            raise Conflict(
                f"Endpoint '{self.endpoint}' was deleted and created again meanwhile.",
                fix="Send the request again.",
                target="endpoint",
            )
        if old.endpoint_incarnation < self.endpoint_incarnation:
            return self
        return self.model_copy(update={"name": old.name, "incarnation": old.incarnation})

    def takes(self, name: str) -> bool:
        """Whether a file of that name in the folder is an upload, and not the marker."""
        return name != self.rules.marker and self.source.takes(name)

    def output_of(self, number: int, accepted_at: datetime) -> str:
        """Where the job of that batch writes; empty for the usual place."""
        return self.output.format(
            endpoint=self.endpoint,
            watch=self.name,
            batch=f"{number:06d}",
            job=_job_name(self.endpoint, self.name, self.incarnation, number),
            date=f"{accepted_at:%Y-%m-%d}",
            yyyy=f"{accepted_at:%Y}",
            MM=f"{accepted_at:%m}",
            dd=f"{accepted_at:%d}",
        )


class GatherTask(Message):
    """Input of `gather_uploads` and its activity: one incarnation of a watch."""

    endpoint: Name
    watch: Name
    incarnation: Incarnation

    @property
    def instance(self) -> str:
        """The id of its orchestration."""
        return instance_id(f"{self.endpoint}_{self.watch}_{self.incarnation}_uploads".lower())

    def fits(self, instance: str) -> bool:
        return instance == self.instance

    def job_name(self, number: int) -> str:
        """The job that scores the batch of that number: another call names no second one."""
        return _job_name(self.endpoint, self.watch, self.incarnation, number)


def _job_name(endpoint: str, watch: str, incarnation: str, number: int) -> str:
    life = incarnation.rpartition("-")[2]
    return f"{endpoint}-{watch}-{life}-{number:06d}".lower()


def check_output(output: str) -> None:
    """Raise ValueError for a place that is not one for each batch."""
    known = ", ".join(f"{{{name}}}" for name in OUTPUT_FIELDS)
    names = [match[1] for match in _FIELD.finditer(output)]
    if strange := [name for name in names if name not in OUTPUT_FIELDS]:
        what = f"{{{strange[0]}}}" if strange[0] is not None else "a brace of its own"
        raise ValueError(f"'{output[:300]}' has {what} in it. Use any of {known}.")
    if not {"batch", "job"} & set(names):
        raise ValueError(f"'{output[:300]}' is the same file for every job. Put {{batch}} into it.")


def inbox_of(endpoint: str, endpoint_incarnation: str) -> Watch:
    """The built-in watch of an endpoint."""
    return Watch(
        name=INBOX,
        endpoint=endpoint,
        source=UploadSource(datastore=INBOX_STORE, folder=endpoint),
        incarnation=endpoint_incarnation,
        endpoint_incarnation=endpoint_incarnation,
    )
