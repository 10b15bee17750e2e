"""An endpoint: a stable address in front of deployments."""

from shared.domain.errors import InvalidRequest
from shared.domain.message import NO_TAGS, Message, Tags

NO_DEFAULT = (
    "No valid deployments to route to. Please check that the endpoint has at least one deployment "
    "with positive weight values or use a deployment specific header to route."
)


class Endpoint(Message):
    """What a client calls by name; `default_deployment` scores unless a header picks another."""

    name: str
    description: str = ""
    default_deployment: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS

    def choose(self, asked: str) -> str:
        """The deployment for one invocation: the asked one, else the default.

        Raises InvalidRequest when neither is there; whether the deployment exists is for the
        registry to say.
        """
        chosen = asked or self.default_deployment
        if not chosen:
            raise InvalidRequest(
                NO_DEFAULT,
                fix=f"Set the default deployment of endpoint '{self.name}', or name one in the "
                "azureml-model-deployment header.",
                target="azureml-model-deployment",
            )
        return chosen
