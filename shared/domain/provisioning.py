"""How far the making of a deployment is, or the deletion of an endpoint."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, field_validator

from shared.domain.environment import BuiltEnvironment
from shared.domain.message import LONGEST_REASON, Message, clipped
from shared.domain.names import DEPLOYMENT_NAME, ENDPOINT_NAME
from shared.domain.redaction import RedactedText

SUPERSEDED = "The deployment was made, deleted or put again meanwhile."
# Never empty: an empty one would stand for what nobody asked for.
type Mark = Annotated[str, Field(pattern="^[0-9a-zA-Z]+$")]
type EndpointName = Annotated[str, Field(pattern=f"^{ENDPOINT_NAME.pattern}$")]
type DeploymentName = Annotated[str, Field(pattern=f"^{DEPLOYMENT_NAME.pattern}$")]


class ProvisioningState(StrEnum):
    """Azure ML's words."""

    CREATING = "Creating"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    DELETING = "Deleting"

    @property
    def is_terminal(self) -> bool:
        return self in {ProvisioningState.SUCCEEDED, ProvisioningState.FAILED}


class Provisioning(Message):
    """The state, why it is Failed, which PUT it belongs to (the generation), and what was built."""

    state: ProvisioningState = ProvisioningState.CREATING
    reason: str = ""
    generation: str = ""
    environment: BuiltEnvironment = BuiltEnvironment()

    @property
    def first_words(self) -> str:
        """The reason's first line, to be quoted inside a sentence."""
        return next(iter(self.reason.splitlines()), "no reason was told").rstrip(".")

    def is_wanted(self, generation: str) -> bool:
        """Whether that generation is still to be made: not another one, nor one that ended."""
        return self.generation == generation and not self.state.is_terminal


class ProvisioningTask(Message):
    """Input of `provision_deployment` and its activities: one generation of a deployment."""

    endpoint: EndpointName
    deployment: DeploymentName
    generation: Mark

    @property
    def instance(self) -> str:
        """The id of its orchestration, and of the operation that clients follow."""
        return f"{self.endpoint}_{self.deployment}_{self.generation}"

    def fits(self, instance: str) -> bool:
        return instance == self.instance


class EndpointCreation(Message):
    """The making of one endpoint, which is done at once."""

    endpoint: str
    incarnation: str

    @property
    def operation(self) -> str:
        """The id of the operation that clients follow; no orchestration has it."""
        return f"{self.endpoint}_{self.incarnation}"


class EndpointDeletion(Message):
    """Input of `retire_endpoint` and its activity: one deletion of one endpoint."""

    endpoint: EndpointName
    deletion: Mark

    @property
    def instance(self) -> str:
        """The id of its orchestration, and of the operation that clients follow."""
        return f"{self.endpoint}_{self.deletion}"

    def fits(self, instance: str) -> bool:
        return instance == self.instance


class ProvisioningStep(Message):
    """What a step came to: why the deployment cannot score, or nothing. Bounded, as histories are.

    The first line says it all; a traceback may follow.
    """

    reason: RedactedText = ""

    @field_validator("reason")
    @classmethod
    def _is_bounded(cls, reason: str) -> str:
        return clipped(reason, LONGEST_REASON)


class ProvisioningEnd(Message):
    """Input of `end_provisioning`: how a generation ended."""

    task: ProvisioningTask
    state: ProvisioningState
    reason: str

    @classmethod
    def of(cls, task: ProvisioningTask, reason: str) -> Self:
        state = ProvisioningState.FAILED if reason else ProvisioningState.SUCCEEDED
        return cls(task=task, state=state, reason=reason)
