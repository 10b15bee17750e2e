"""Everything that decides how a file is scored, fixed when a job or a test begins."""

from pydantic import Field

from shared.domain import place
from shared.domain.asset import AssetId
from shared.domain.deployment import LoggingLevel
from shared.domain.environment import BuiltEnvironment
from shared.domain.message import NO_TAGS, Message, Tags


class Location(Message):
    """A blob, or a folder of blobs. `path` has no trailing slash; `container` is a place."""

    container: str
    path: str

    def __str__(self) -> str:
        return f"{place.words(self.container)}/{self.path}"

    def inside(self, name: str) -> str:
        """The name of a blob inside this folder, which may be the whole container."""
        return f"{self.path}/{name}" if self.path else name


class ResolvedDeployment(Message):
    """What a scorer process is made of; `fingerprint` is the deployment's.

    Without a script it is an MLflow model that scores by itself. `environment` is the deployment's
    own; without one the model's counts, and without that the service's. `built_environment` is what
    that came to when the deployment was provisioned.
    """

    fingerprint: str
    model: AssetId
    model_location: Location
    script: str = ""
    code_location: Location | None = None
    environment: AssetId | None = None
    built_environment: BuiltEnvironment = Field(
        default=BuiltEnvironment(), validation_alias="made", serialization_alias="made"
    )
    environment_variables: Tags = NO_TAGS
    logging_level: LoggingLevel = LoggingLevel.INFO
    batch_predict: bool | None = None
