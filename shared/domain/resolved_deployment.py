"""A recipe: everything that decides how a file is scored, fixed when a job or a test begins."""

from shared.domain.asset import AssetId
from shared.domain.deployment import LoggingLevel
from shared.domain.environment import MadeEnvironment
from shared.domain.message import NO_TAGS, Message, Tags


class Location(Message):
    """A blob, or a folder of blobs, in the service's own store. `path` has no trailing slash."""

    container: str
    path: str

    def __str__(self) -> str:
        return f"{self.container}/{self.path}"

    def inside(self, name: str) -> str:
        """The name of a blob inside this folder, which may be the whole container."""
        return f"{self.path}/{name}" if self.path else name


class ResolvedDeployment(Message):
    """What a scorer process is made of; `fingerprint` is the deployment's.

    Without a script it is an MLflow model that scores by itself. `environment` is the deployment's
    own; without one the model's counts, and without that the service's. `made` is what it came to
    when the deployment was made.
    """

    fingerprint: str
    model: AssetId
    model_location: Location
    script: str = ""
    code_location: Location | None = None
    environment: AssetId | None = None
    made: MadeEnvironment = MadeEnvironment()
    environment_variables: Tags = NO_TAGS
    logging_level: LoggingLevel = LoggingLevel.INFO
    batch_predict: bool = False
