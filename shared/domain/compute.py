"""Computes: the clusters that deployments name, and how many instances a job may ask of one.

Jobs run where the Functions app runs; a compute here is the budget that Azure ML's clients manage.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from shared.domain.errors import InvalidRequest
from shared.domain.message import NO_EXTRAS, NO_TAGS, Extras, Message, Tags

DEFAULT_SIZE = "Standard_DS3_v2"
DEFAULT_IDLE_S = 120
MOST_NODES = 1000
LONGEST_IDLE_S = 30 * 24 * 3600


class Priority(StrEnum):
    """A node's tier, in ARM's words."""

    DEDICATED = "Dedicated"
    LOW_PRIORITY = "LowPriority"


class Compute(Message):
    """A cluster (AmlCompute). `idle_s` is in seconds.

    `machines` and `extras` are Azure's fields that mean nothing here: inner and outer ones.
    """

    name: str
    max_nodes: Annotated[int, Field(ge=0, le=MOST_NODES)]
    min_nodes: Annotated[int, Field(ge=0, le=MOST_NODES)] = 0
    idle_s: Annotated[int, Field(ge=0, le=LONGEST_IDLE_S)] = DEFAULT_IDLE_S
    size: str = DEFAULT_SIZE
    priority: Priority = Priority.DEDICATED
    description: str = ""
    tags: Tags = NO_TAGS
    remote_login: str = "NotSpecified"
    has_public_ip: bool = True
    machines: Extras = NO_EXTRAS
    extras: Extras = NO_EXTRAS

    def replacing(self, old: "Compute") -> "Compute":
        """Stand in for an old one, under its name as it was spelled first."""
        return self.model_copy(update={"name": old.name})

    @model_validator(mode="after")
    def _has_room(self) -> "Compute":
        if self.min_nodes > self.max_nodes:
            raise ValueError(
                f"minNodeCount is {self.min_nodes}, more than maxNodeCount {self.max_nodes}. "
                "Use a minimum that is not above the maximum."
            )
        return self

    def check(self, instances: int, *, target: str) -> None:
        """Raise InvalidRequest when it has fewer nodes than a job wants."""
        if instances > self.max_nodes:
            raise InvalidRequest(
                f"instanceCount is {instances}, and compute '{self.name}' has at most "
                f"{self.max_nodes} nodes.",
                fix="Ask for fewer instances, or raise the compute's maxNodeCount.",
                target=target,
            )
