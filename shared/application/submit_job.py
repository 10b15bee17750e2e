"""Submit a job: score an input with one of an endpoint's deployments.

1. What can be checked now is checked now: references, settings, input there, output free.
2. A request id stands for one job: sending the request again returns the first job.
3. The job's document is written, then its orchestration is started under the job's name.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.choose_input import ChooseInput
from shared.application.job_webhooks import JobWebhooks
from shared.application.locate_output import LocateOutput
from shared.application.resolve_deployment import ResolveDeployment
from shared.application.start_job import start_job
from shared.domain.caller import Author
from shared.domain.deployment import Deployment
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.job import Job, JobSpec
from shared.domain.message import JSON
from shared.domain.output_places import output_values
from shared.domain.provisioning import ProvisioningState
from shared.domain.resolved_deployment import Location
from shared.ports import Orchestrations
from shared.schemas.invocation import Invocation, read_invocation
from shared.stores.computes import Computes
from shared.stores.input_listing import Inputs
from shared.stores.jobs import Jobs, Submission
from shared.stores.registry import Registry

REQUEST_ID = "repeatability_request-id"


@dataclass(frozen=True)
class JobRequest:
    """What a client asks. `deployment` is empty for the default one, `request_id` for none.

    `body` is the invocation, and `content` what the client sent: a repeated request is one that
    sent the same. `manifest` is never a client's to name: it lists the batch of uploads whose files
    are the input. `traceparent` is the span under which the job is told of, empty for none.
    """

    endpoint: str
    deployment: str
    request_id: str
    content: bytes
    by: Author
    body: JSON
    manifest: Location | None = None
    traceparent: str = ""

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
    webhooks: JobWebhooks

    def __call__(self, request: JobRequest, orchestrations: Orchestrations) -> Job:
        """The job of this request, started: a new one, or the one that it made before."""
        deployment = self.choose_deployment(request.endpoint, request.deployment)
        invocation = read_invocation(request.body, deployment.settings)
        if invocation.trial.dry_run:
            raise InvalidRequest(
                "A dry run starts no job.",
                fix="Send it to the scoring URI, or leave dryRun out.",
                target="properties.dryRun",
            )
        self.webhooks.check(invocation.webhook)
        job = self._create_job(deployment, invocation, request)
        start_job(job, self.jobs, orchestrations)
        return job

    def choose_deployment(self, name: str, requested: str) -> Deployment:
        """The deployment that would score; raises NotFound, InvalidRequest or Conflict."""
        deployment, chosen = self.find_deployment(name, requested)
        check_provisioned(deployment, chosen)
        return deployment

    def find_deployment(self, name: str, requested: str) -> tuple[Deployment, str]:
        """The deployment, made or not, in the spelling that it is chosen by; raises as above."""
        endpoint = self.registry.endpoints.get(name).resource
        endpoint.check_stays()
        chosen = endpoint.choose(requested)
        return self.registry.deployment(endpoint, chosen).resource, chosen

    def _create_job(
        self, deployment: Deployment, invocation: Invocation, request: JobRequest
    ) -> Job:
        name = invocation.job_name or str(uuid.uuid4())
        if not request.request_id:
            return self._create(name, deployment, invocation, request)
        name = self._claim(deployment.endpoint, name, request)
        if (job := self.jobs.of_request(name, request.request_id)) is not None:
            return job
        try:
            return self._create(name, deployment, invocation, request)
        except Conflict:
            if (job := self.jobs.of_request(name, request.request_id)) is not None:
                return job  # the same request, sent twice at the same time
            raise

    def _create(
        self, name: str, deployment: Deployment, invocation: Invocation, request: JobRequest
    ) -> Job:
        """Raises Conflict when a job has that name."""
        self.jobs.check_free(name)
        spec = self._specify(name, deployment, invocation, request)
        self.inputs.hold(spec.input.location, name)
        self.webhooks.prepare(spec, invocation.webhook)
        try:
            return self.jobs.create(spec)
        except Conflict:
            self.webhooks.forget(spec)
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
        self.check_compute(deployment, invocation)
        invocation.settings.check_output(has_script=deployment.code is not None)
        child, created_at = run_id(name), datetime.now(UTC)
        places = output_values(name, deployment.endpoint, created_at)
        choose = ChooseInput(self.inputs, self.jobs)
        source, selection = choose(invocation, request.manifest)
        return JobSpec(
            name=name,
            child=child,
            endpoint=deployment.endpoint,
            deployment=deployment.name,
            resolved=self.resolve_deployment(deployment),
            settings=invocation.settings.model_copy(update={"selection": selection}),
            input=source,
            output=self.locate_output(invocation, child, places),
            experiment=invocation.experiment or deployment.endpoint,
            created_at=created_at,
            created_by=request.by.name,
            created_by_type=request.by.type,
            request_id=request.request_id,
            webhook=self.webhooks.key(invocation.webhook),
            traceparent=request.traceparent,
            sample=invocation.trial.sample,
        )

    def check_compute(self, deployment: Deployment, invocation: Invocation) -> None:
        """Raise InvalidRequest unless it is there, and large enough."""
        self.computes.check(
            invocation.compute or deployment.compute,
            invocation.settings.instance_count,
            target="properties.compute.target",
            counted="properties.compute.instanceCount",
        )


def run_id(job: str) -> str:
    """Of its scoring step: the default output folder bears it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"batch-job:{job}"))


def check_provisioned(deployment: Deployment, chosen: str) -> None:
    """Raise Conflict for a deployment that is not made, in the spelling it was chosen by."""
    provisioning = deployment.provisioning
    if provisioning.state is ProvisioningState.FAILED:
        raise Conflict(
            f"Deployment '{chosen}' is Failed: {provisioning.first_words}.",
            fix="Mend what it says and create the deployment again.",
            target="deployment",
        )
    if provisioning.state is not ProvisioningState.SUCCEEDED:
        raise Conflict(
            f"Deployment '{chosen}' is still {provisioning.state}.",
            fix="Read it until its provisioningState is Succeeded.",
            target="deployment",
        )
