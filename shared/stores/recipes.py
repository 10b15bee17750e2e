"""Recipes: from a deployment to where its model, code and environment lie."""

from shared.domain.deployment import Deployment
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.resolved_deployment import Location, ResolvedDeployment
from shared.ports import Blobs
from shared.stores.computes import Computes
from shared.stores.inputs import Inputs
from shared.stores.registry import Registry


class Recipes:
    def __init__(
        self, blobs: Blobs, registry: Registry, inputs: Inputs, computes: Computes
    ) -> None:
        self._blobs = blobs
        self._registry = registry
        self._inputs = inputs
        self._computes = computes

    def of(self, deployment: Deployment) -> ResolvedDeployment:
        """Raises NotFound when something that it names is not registered."""
        settings, code = deployment.settings, deployment.code
        model = self._registry.model(deployment.model)
        environment = deployment.environment
        if environment:
            environment = self._registry.environment(environment).id
        return ResolvedDeployment(
            fingerprint=deployment.fingerprint,
            model=model.id,
            model_location=self._place(model.uri, "model"),
            script=code.script if code else "",
            code_location=self._place(self._registry.code(code.code).uri, "code") if code else None,
            environment=environment,
            made=deployment.provisioning.environment,
            environment_variables=settings.environment_variables,
            logging_level=settings.logging_level,
            batch_predict=settings.batch_predict,
        )

    def check(self, deployment: Deployment) -> Deployment:
        """The deployment with the versions that its references mean now.

        Raises InvalidRequest unless everything that it names is there.
        """
        try:
            resolved = self._registry.resolved(deployment)
            recipe = self.of(resolved)
        except NotFound as missing:
            raise InvalidRequest(missing.problem, fix=missing.fix, target=missing.target) from None
        self._computes.check(
            deployment.compute,
            deployment.settings.instance_count,
            target="properties.compute",
            counted="properties.resources.instanceCount",
        )
        if recipe.code_location is not None:
            self._check_script(recipe.code_location, recipe.script)
        else:
            self._check_mlflow(recipe)
        return resolved

    def _check_script(self, code: Location, script: str) -> None:
        if not self._blobs.exists(code.container, code.inside(script)):
            raise InvalidRequest(
                f"The code folder '{code}' has no file '{script}'.",
                fix="Name the scoring script by its path inside the folder.",
                target="properties.codeConfiguration.scoringScript",
            )

    def _check_mlflow(self, recipe: ResolvedDeployment) -> None:
        place = recipe.model_location
        if not self._blobs.exists(place.container, place.inside("MLmodel")):
            raise InvalidRequest(
                f"The model '{recipe.model}' has no MLmodel file at '{place}', so it is not an "
                "MLflow model.",
                fix="Register a folder that MLflow saved, or give a codeConfiguration.",
                target="properties.model.assetId",
            )

    def _place(self, uri: str, target: str) -> Location:
        location, _ = self._inputs.resolve(uri, target=target)
        return location
