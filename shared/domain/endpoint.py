"""An endpoint: a stable address in front of deployments."""

from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.message import NO_EXTRAS, NO_TAGS, Extras, Message, Tags
from shared.domain.provisioning import EndpointCreation, EndpointDeletion, ProvisioningState

NO_DEFAULT = (
    "No valid deployments to route to. Please check that the endpoint has at least one deployment "
    "with positive weight values or use a deployment specific header to route."
)


class Endpoint(Message):
    """What a client calls by name; `default_deployment` scores unless a header picks another.

    `incarnation` tells it from an endpoint of the same name that was deleted before: a deployment
    belongs to one of them. `deletion` is set, and stays, once it is being deleted.
    """

    name: str
    description: str = ""
    default_deployment: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS
    extras: Extras = NO_EXTRAS
    incarnation: str = ""
    deletion: str = ""

    @property
    def state(self) -> ProvisioningState:
        return ProvisioningState.DELETING if self.deletion else ProvisioningState.SUCCEEDED

    @property
    def deletion_task(self) -> EndpointDeletion:
        """What is to be carried out once it is being deleted."""
        return EndpointDeletion(endpoint=self.name, deletion=self.deletion)

    @property
    def operation(self) -> str:
        """The id of the operation that made it, or is deleting it."""
        creation = EndpointCreation(endpoint=self.name, incarnation=self.incarnation)
        return self.deletion_task.instance if self.deletion else creation.operation

    def check_stays(self) -> None:
        """Raise Conflict when the endpoint is being deleted."""
        if self.deletion:
            raise Conflict(
                f"Endpoint '{self.name}' is being deleted.",
                fix="Wait until it is gone, then create it again.",
                target="endpoint",
            )

    def check_may_lose(self, deployment: str) -> None:
        """Raise Conflict when the deployment is the default of an endpoint that stays."""
        if self.is_default(deployment) and not self.deletion:
            raise Conflict(
                f"Deployment '{deployment}' is the default of endpoint '{self.name}'.",
                fix="Make another deployment the default first, or delete the endpoint.",
                target="deployment",
            )

    def replacing(self, old: "Endpoint") -> "Endpoint":
        """Stand in for an old one; without a default it keeps the one that is set."""
        old.check_stays()
        unchanged = {"name": old.name, "incarnation": old.incarnation}
        default = self.default_deployment or old.default_deployment
        return self.model_copy(update={**unchanged, "default_deployment": default})

    def is_default(self, deployment: str) -> bool:
        return self.default_deployment.lower() == deployment.lower()

    def choose(self, requested: str) -> str:
        """The deployment for one invocation: the asked one, else the default.

        Raises InvalidRequest when neither is there; whether the deployment exists is for the
        registry to say.
        """
        chosen = requested or self.default_deployment
        if not chosen:
            raise InvalidRequest(
                NO_DEFAULT,
                fix=f"Set the default deployment of endpoint '{self.name}', or name one in the "
                "azureml-model-deployment header.",
                target="azureml-model-deployment",
            )
        return chosen
