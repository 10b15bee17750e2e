"""Preflight of an invocation: what its job would take, and what would go wrong; nothing starts.

1. The deployment, its settings, its model and script are found as an invoke finds them.
2. All of the input is listed, within a time; a few files spread over it are read at their heads.
3. Whatever a job would be refused for, or fail by, is a problem in one list: none hides another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.application.choose_input import ChooseInput, find_input
from shared.application.look_at_files import LookAtFiles
from shared.application.submit_job import JobRequest, SubmitJob, check_provisioned, run_id
from shared.application.survey_input import Supports, Survey, SurveyInput
from shared.domain.asset import DataType
from shared.domain.deployment import Deployment
from shared.domain.errors import (
    AccountRefuses,
    Conflict,
    InvalidRequest,
    NotFound,
    PreflightFailed,
)
from shared.domain.job import JobInput
from shared.domain.job_output import JobOutput
from shared.domain.output_places import output_values
from shared.domain.preflight import InputFound, Problem, ProblemCode
from shared.domain.resolved_deployment import ResolvedDeployment
from shared.domain.selection import nothing_chosen
from shared.schemas.invocation import Invocation, read_invocation

NAMELESS = "{run id}"
"""In the default output's path: no job has a run id yet."""
NAMELESS_JOB = "{job}"
"""In a template's path: it is filled by no name yet."""
_OWN = frozenset({ProblemCode.JOB_EXISTS, ProblemCode.OUTPUT_EXISTS})
MOST_TOLD = 3  # problems in the sentence of a refusal; its details have all


@dataclass
class Preflight:
    """What is known of the job; `input` and `output` are None where they cannot be told.

    `looked_at` are the files whose content was read.
    """

    deployment: Deployment
    invocation: Invocation
    input: JobInput | None = None
    output: JobOutput | None = None
    found: InputFound = field(default_factory=InputFound)
    looked_at: list[str] = field(default_factory=list[str])
    problems: list[Problem] = field(default_factory=list[Problem])

    @contextmanager
    def collecting(self, code: ProblemCode, other: ProblemCode | None = None) -> Iterator[None]:
        """What is refused inside becomes a problem: the other one by a conflict, or an account."""
        try:
            yield
        except (Conflict, AccountRefuses) as error:
            self.problems.append(Problem(code=other or code, message=str(error)))
        except (NotFound, InvalidRequest) as error:
            self.problems.append(Problem(code=code, message=str(error)))


@dataclass(frozen=True)
class PreflightJob:
    submit: SubmitJob
    survey: SurveyInput
    look: LookAtFiles

    def __call__(self, request: JobRequest) -> Preflight:
        """Raises what is wrong with the request itself: a field of it, or no such endpoint."""
        deployment, chosen = self.submit.find_deployment(request.endpoint, request.deployment)
        invocation = read_invocation(request.body, deployment.settings)
        self.submit.webhooks.check(invocation.webhook)
        preflight = Preflight(deployment, invocation)
        with preflight.collecting(ProblemCode.DEPLOYMENT_NOT_READY):
            check_provisioned(deployment, chosen)
        with preflight.collecting(ProblemCode.COMPUTE):
            self.submit.check_compute(deployment, invocation)
        self._look_at_input(preflight, self._resolve(preflight))
        self._look_at_output(preflight)
        return preflight

    def require(self, request: JobRequest) -> None:
        """Raises PreflightFailed with every problem.

        A request that is repeated finds its own job and output, which its submission knows.
        """
        own = _OWN if request.request_id else frozenset[ProblemCode]()
        problems = [one for one in self(request).problems if one.code not in own]
        if not problems:
            return
        count = len(problems)
        told = " ".join(one.message for one in problems[:MOST_TOLD])
        raise PreflightFailed(
            f"The preflight found {count} problem{'s' if count > 1 else ''}: {told}",
            fix="Mend them, or invoke without preflight.",
            target="properties.preflight",
            details=[one.to_wire() for one in problems],
        )

    def _resolve(self, preflight: Preflight) -> ResolvedDeployment | None:
        """None when what scores is not all there."""
        code = preflight.deployment.code
        missing = ProblemCode.SCRIPT_MISSING if code else ProblemCode.MODEL_MISSING
        with preflight.collecting(ProblemCode.MODEL_MISSING):
            resolved = self.submit.resolve_deployment(preflight.deployment)
            with preflight.collecting(missing):
                self.submit.resolve_deployment.check_files(resolved)
                return resolved
        return None

    def _look_at_input(self, preflight: Preflight, resolved: ResolvedDeployment | None) -> None:
        """A script reads what it likes; of files for a model some are looked at."""
        is_of_model = preflight.deployment.code is None
        supports = self.look.inputs.supports if is_of_model else _anything
        with preflight.collecting(ProblemCode.INPUT_MISSING, ProblemCode.INPUT_UNREADABLE):
            source = find_input(self.submit.inputs, preflight.invocation)
            survey = self._survey(preflight, source, supports)
            if not is_of_model:
                return
            preflight.problems += self.look.oddities(survey)
            if resolved is not None:
                container, files = source.location.container, survey.worth_a_look
                settings, model = preflight.invocation.settings, resolved.model_location
                carry, split = settings.output.carry, settings.selection.splitting
                looked_at, problems = self.look(container, files, model, carry, split)
                preflight.looked_at = looked_at
                preflight.problems += problems

    def _survey(self, preflight: Preflight, source: JobInput, supports: Supports) -> Survey:
        """As a folder or as a file, whichever is there, and first as it is said.

        Raises NotFound when neither is, and what an invoke refuses in the choice of files.
        """
        invocation = preflight.invocation
        selection, sample = invocation.settings.selection, invocation.trial.sample
        if selection.manifest or selection.earlier_job:
            self._choose(invocation)
        kinds = (source.type, *(one for one in DataType if one is not source.type))
        for kind in (DataType.URI_FILE,) if selection.manifest else kinds:
            preflight.input = source.model_copy(update={"type": kind})
            survey = self.survey(preflight.input, selection, sample, supports)
            if survey.files or kind is DataType.URI_FOLDER:
                preflight.found = survey.found
            if survey.files and kind is DataType.URI_FILE and invocation.chooses:
                self._choose(invocation)
            if survey.files or not survey.found.is_complete:
                return survey
        preflight.input = None
        self._choose(invocation)  # now in the words of an invoke
        skipped = ", ".join(f"{one.count} {one.reason}" for one in preflight.found.skipped)
        message = nothing_chosen(source.uri, selection, skipped)  # and in those of a plan
        preflight.problems.append(Problem(code=ProblemCode.INPUT_MISSING, message=message))
        return survey

    def _choose(self, invocation: Invocation) -> None:
        """Raises what an invoke would."""
        ChooseInput(self.submit.inputs, self.submit.jobs)(invocation, None)

    def _look_at_output(self, preflight: Preflight) -> None:
        name = preflight.invocation.job_name
        with preflight.collecting(ProblemCode.JOB_EXISTS):
            if name:
                self.submit.jobs.check_free(name)
        deployment, invocation = preflight.deployment, preflight.invocation
        child = run_id(name) if name else NAMELESS
        places = output_values(name or NAMELESS_JOB, deployment.endpoint, datetime.now(UTC))
        exists = ProblemCode.OUTPUT_EXISTS
        with preflight.collecting(ProblemCode.OUTPUT_UNUSABLE, exists):
            invocation.settings.check_output(has_script=deployment.code is not None)
            preflight.output = self.submit.locate_output(invocation, child, places)


def _anything(_name: str) -> bool:
    return True
