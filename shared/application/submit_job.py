"""Submit a job: score an input with one of an endpoint's deployments.

1. What can be checked now is checked now: references, settings, input there, output free.
2. A request id stands for one job: sending the request again returns the first job.
3. The job's document is written, then its orchestration is started under the job's name.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.locate_output import LocateOutput
from shared.application.resolve_deployment import ResolveDeployment
from shared.application.start_job import start_job
from shared.domain.caller import Author
from shared.domain.deployment import BatchSettings, Deployment
from shared.domain.errors import Conflict
from shared.domain.job import Job, JobInput, JobSpec
from shared.domain.provisioning import ProvisioningState
from shared.domain.reference import unsigned
from shared.ports import Orchestrations
from shared.schemas.invocation import Invocation
from shared.stores.computes import Computes
from shared.stores.inputs import Inputs
from shared.stores.jobs import Jobs, Submission
from shared.stores.registry import Registry

REQUEST_ID = "repeatability_request-id"


@dataclass(frozen=True)
class JobRequest:
    """What a client asks. `deployment` is empty for the default one, `request_id` for none.

    `read` reads the invocation over the deployment's settings; `content` is what the client sent:
    a repeated request is one that sent the same.
    """

    endpoint: str
    deployment: str
    request_id: str
    content: bytes
    by: Author
    read: Callable[[BatchSettings], Invocation]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.deployment.encode() + b"\n" + self.content).hexdigest()


@dataclass(frozen=True)
class SubmitJob:
    registry: Registry
    jobs: Jobs
    computes: Computes
    inputs: Inputs
    locate_output: LocateOutput
    resolve_deployment: ResolveDeployment

    def __call__(self, request: JobRequest, orchestrations: Orchestrations) -> Job:
        """The job of this request, started: a new one, or the one that it made before."""
        deployment = self._choose_deployment(request)
        job = self._create_job(deployment, request.read(deployment.settings), request)
        start_job(job, self.jobs, orchestrations)
        return job

    def _choose_deployment(self, request: JobRequest) -> Deployment:
        endpoint = self.registry.endpoints.get(request.endpoint).resource
        endpoint.check_stays()
        chosen = endpoint.choose(request.deployment)
        deployment = self.registry.deployment(endpoint, chosen).resource
        _check_provisioned(deployment, chosen)
        return deployment

    def _create_job(
        self, deployment: Deployment, invocation: Invocation, request: JobRequest
    ) -> Job:
        name = invocation.job_name or str(uuid.uuid4())
        if not request.request_id:
            self.jobs.check_free(name)
            return self.jobs.create(self._specify(name, deployment, invocation, request))
        name = self._claim(deployment.endpoint, name, request)
        if (job := self.jobs.of_request(name, request.request_id)) is not None:
            return job
        try:
            self.jobs.check_free(name)
            return self.jobs.create(self._specify(name, deployment, invocation, request))
        except Conflict:
            if (job := self.jobs.of_request(name, request.request_id)) is not None:
                return job  # the same request, sent twice at the same time
            raise

    def _claim(self, endpoint: str, name: str, request: JobRequest) -> str:
        """The job that the request's id stands for; raises Conflict if it is another request's."""
        submission = Submission(job=name, digest=request.digest)
        first = self.jobs.claim(endpoint, request.request_id, submission)
        if first.digest != submission.digest:
            raise Conflict(
                f"The request id '{request.request_id[:100]}' was used for a different request, "
                f"job '{first.job}'.",
                fix="Use a new id for a new request; the same id only repeats the same request.",
                target=REQUEST_ID,
            )
        return first.job

    def _specify(
        self, name: str, deployment: Deployment, invocation: Invocation, request: JobRequest
    ) -> JobSpec:
        """Everything the job needs, resolved now: later changes do not touch it."""
        self.computes.check(
            invocation.compute or deployment.compute,
            invocation.settings.instance_count,
            target="properties.compute.target",
            counted="properties.compute.instanceCount",
        )
        child = str(uuid.uuid5(uuid.NAMESPACE_URL, f"batch-job:{name}"))
        return JobSpec(
            name=name,
            child=child,
            endpoint=deployment.endpoint,
            deployment=deployment.name,
            recipe=self.resolve_deployment(deployment),
            settings=invocation.settings,
            input=self._locate_input(invocation),
            output=self.locate_output(invocation, child),
            experiment=invocation.experiment or deployment.endpoint,
            created_at=datetime.now(UTC),
            created_by=request.by.name,
            created_by_type=request.by.type,
            request_id=request.request_id,
        )

    def _locate_input(self, invocation: Invocation) -> JobInput:
        """Raises InvalidRequest or NotFound when there is no input file to score."""
        target = invocation.input_field
        location, told = self.inputs.resolve(invocation.input_uri, target=target)
        kind = self.inputs.check(location, told or invocation.input_type, target=target)
        uri = unsigned(invocation.input_uri)
        return JobInput(name=invocation.input_name, type=kind, uri=uri, location=location)


def _check_provisioned(deployment: Deployment, chosen: str) -> None:
    """Raise Conflict for a deployment that is not made, in the spelling it was chosen by."""
    made = deployment.provisioning
    if made.state is ProvisioningState.FAILED:
        raise Conflict(
            f"Deployment '{chosen}' is Failed: {made.first_words}.",
            fix="Mend what it says and create the deployment again.",
            target="deployment",
        )
    if made.state is not ProvisioningState.SUCCEEDED:
        raise Conflict(
            f"Deployment '{chosen}' is still {made.state}.",
            fix="Read it until its provisioningState is Succeeded.",
            target="deployment",
        )
