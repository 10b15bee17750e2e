"""How far the making of a deployment is: its environment built, its script tried."""

from enum import StrEnum
from typing import Self

from pydantic import field_validator

from shared.domain.environment import MadeEnvironment
from shared.domain.message import Message

# The real host carries no longer text out of an activity without harm.
LONGEST_REASON = 3_000


class ProvisioningState(StrEnum):
    """Azure ML's words."""

    CREATING = "Creating"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def is_terminal(self) -> bool:
        return self is not ProvisioningState.CREATING


class Provisioning(Message):
    """The state, why it is Failed, which PUT it belongs to (the generation), and what was built."""

    state: ProvisioningState = ProvisioningState.CREATING
    reason: str = ""
    generation: str = ""
    environment: MadeEnvironment = MadeEnvironment()


class ProvisioningTask(Message):
    """Input of `provision_deployment` and its activities: one generation of a deployment."""

    endpoint: str
    deployment: str
    generation: str


class ProvisioningStep(Message):
    """What a step came to: why the deployment cannot score, or nothing. Bounded, as histories are.

    The first line says it all; a traceback may follow.
    """

    reason: str = ""

    @field_validator("reason")
    @classmethod
    def _is_bounded(cls, reason: str) -> str:
        return reason[:LONGEST_REASON]


class ProvisioningEnd(Message):
    """Input of `end_provisioning`: how a generation ended."""

    task: ProvisioningTask
    state: ProvisioningState
    reason: str

    @classmethod
    def of(cls, task: ProvisioningTask, reason: str) -> Self:
        state = ProvisioningState.FAILED if reason else ProvisioningState.SUCCEEDED
        return cls(task=task, state=state, reason=reason)
