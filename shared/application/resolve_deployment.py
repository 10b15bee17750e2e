"""Resolve a deployment: find where its model, code and environment lie."""

from dataclasses import dataclass

from shared.domain.deployment import Deployment
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.resolved_deployment import Location, ResolvedDeployment
from shared.ports import Blobs
from shared.stores.computes import Computes
from shared.stores.input_listing import Inputs
from shared.stores.registry import Registry


@dataclass(frozen=True)
class ResolveDeployment:
    blobs: Blobs
    registry: Registry
    inputs: Inputs
    computes: Computes

    def __call__(self, deployment: Deployment) -> ResolvedDeployment:
        """Raises NotFound when something that it names is not registered."""
        settings, code = deployment.settings, deployment.code
        model = self.registry.model(deployment.model)
        environment = deployment.environment
        if environment:
            environment = self.registry.environment(environment).id
        return ResolvedDeployment(
            fingerprint=deployment.fingerprint,
            model=model.id,
            model_location=self._parse_location(model.uri, "model"),
            script=code.script if code else "",
            code_location=self._parse_location(self.registry.code(code.code).uri, "code")
            if code
            else None,
            environment=environment,
            built_environment=deployment.provisioning.environment,
            environment_variables=settings.environment_variables,
            logging_level=settings.logging_level,
            batch_predict=deployment.batch_predict,
        )

    def check(self, deployment: Deployment) -> Deployment:
        """The deployment with the versions that its references mean now.

        Raises InvalidRequest unless everything that it names is there.
        """
        try:
            pinned = self.registry.resolved(deployment)
            resolved = self(pinned)
        except NotFound as missing:
            raise InvalidRequest(missing.problem, fix=missing.fix, target=missing.target) from None
        self.computes.check(
            deployment.compute,
            deployment.settings.instance_count,
            target="properties.compute",
            counted="properties.resources.instanceCount",
        )
        self.check_files(resolved)
        return pinned

    def check_files(self, resolved: ResolvedDeployment) -> None:
        """Raise InvalidRequest unless its script, or its MLmodel, is where it is said to be."""
        if resolved.code_location is not None:
            self._check_script(resolved.code_location, resolved.script)
        else:
            self._check_mlflow(resolved)

    def _check_script(self, code: Location, script: str) -> None:
        if not self.blobs.exists(code.container, code.inside(script)):
            raise InvalidRequest(
                f"The code folder '{code}' has no file '{script}'.",
                fix="Name the scoring script by its path inside the folder.",
                target="properties.codeConfiguration.scoringScript",
            )

    def _check_mlflow(self, resolved: ResolvedDeployment) -> None:
        location = resolved.model_location
        if not self.blobs.exists(location.container, location.inside("MLmodel")):
            raise InvalidRequest(
                f"The model '{resolved.model}' has no MLmodel file at '{location}', so it is not "
                "an MLflow model.",
                fix="Register a folder that MLflow saved, or give a codeConfiguration.",
                target="properties.model.assetId",
            )

    def _parse_location(self, uri: str, target: str) -> Location:
        location, _ = self.inputs.resolve(uri, target=target)
        return location
