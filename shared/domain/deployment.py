"""A deployment: a model, and how its input is cut, scored and forgiven.

Defaults and ranges are Azure ML's (batch deployment YAML reference); where its pages disagree,
`max_retries` counts tries and an omitted `error_threshold` is -1.
"""

import hashlib
import json
import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt, field_validator, model_validator

from shared.domain.asset import AssetId
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.message import NO_EXTRAS, NO_TAGS, Extras, Message, Tags
from shared.domain.output_options import OutputOptions
from shared.domain.output_places import without_places
from shared.domain.provisioning import Provisioning, ProvisioningState, ProvisioningTask
from shared.domain.selection import WHOLE_FOLDER, Selection

IGNORE_FAILURES = -1
# One of a deployment's own properties.
BATCH_PREDICT = "batchPredict"
USUAL_FILE_NAME = "predictions.csv"
# Characters that Azure ML's engine refuses in an output file's name.
FORBIDDEN_IN_FILE_NAME = re.compile(r'[~"#%&*:<>?/\\{|}\x00-\x1f\x7f]')
MAX_INT = 2**31 - 1
LONGEST_TIMEOUT_S = 259_200  # three days: Azure ML's limit for a parallel job


class OutputAction(StrEnum):
    """What becomes of what `run()` returns."""

    APPEND_ROW = "append_row"
    SUMMARY_ONLY = "summary_only"


class LoggingLevel(StrEnum):
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


class RetrySettings(Message):
    """How often and how long a mini-batch may be tried.

    `max_retries` is the number of tries, as Azure ML's engine counts: 1 means one try.
    `timeout_s` bounds one run() of one mini-batch, in seconds; init() is not charged to it.
    """

    max_retries: Annotated[int, Field(ge=0, le=MAX_INT)] = 3
    timeout_s: Annotated[int, Field(gt=0, le=LONGEST_TIMEOUT_S)] = 30

    @property
    def tries(self) -> int:
        return max(1, self.max_retries)


class Limits(Message):
    """What a job's orchestration keeps to: mini-batches in flight, and files that may fail."""

    parallelism: PositiveInt = 1
    error_threshold: int = IGNORE_FAILURES

    def allows(self, failed_files: int) -> bool:
        """Whether a job may go on with so many failed files."""
        return self.error_threshold == IGNORE_FAILURES or failed_files <= self.error_threshold


class BatchSettings(Message):
    """How a deployment chooses and cuts its input, scores it, and forgives.

    Documents have the selection only where something was chosen.
    """

    mini_batch_size: Annotated[PositiveInt, Field(le=MAX_INT)] = 10
    max_concurrency_per_instance: Annotated[PositiveInt, Field(le=1000)] = 1
    instance_count: Annotated[PositiveInt, Field(le=1000)] = 1
    error_threshold: Annotated[int, Field(le=MAX_INT)] = IGNORE_FAILURES
    retry_settings: RetrySettings = RetrySettings()
    output_action: OutputAction = OutputAction.APPEND_ROW
    output_file_name: str = USUAL_FILE_NAME
    logging_level: LoggingLevel = LoggingLevel.INFO
    environment_variables: Tags = NO_TAGS
    isolate_failures: bool = True
    batch_predict: bool = False
    selection: Selection = Field(
        default=WHOLE_FOLDER, exclude_if=lambda selection: not selection.given()
    )
    output: OutputOptions = OutputOptions()

    @field_validator("error_threshold")
    @classmethod
    def _is_a_count_or_minus_one(cls, value: int) -> int:
        if value < IGNORE_FAILURES:
            raise ValueError(
                f"{value} is not a number of failures. "
                "Use -1 to ignore every failure, or 0 or more to allow that many failed files."
            )
        return value

    @field_validator("output_file_name")
    @classmethod
    def _is_one_file_name(cls, value: str) -> str:
        is_visible = bool(value) and value.strip() == value and value.isprintable()
        fixed = without_places(value)
        if not is_visible or value in {".", ".."} or FORBIDDEN_IN_FILE_NAME.search(fixed):
            raise ValueError(
                f"'{value}' is not a file name. "
                'Use a name without any of ~ " # % & * : < > ? / \\ { | }, such as predictions.csv.'
            )
        return value

    @property
    def file_name(self) -> str:
        """Of the predictions, where no path says it: the usual one tells the format.

        Of several files there is no usual name: they are in the folder itself.
        """
        if self.output_file_name != USUAL_FILE_NAME:
            return self.output_file_name
        if not self.output.is_single:
            return ""
        return USUAL_FILE_NAME.replace(".csv", self.output.extension)

    def check_output(self, *, has_script: bool) -> None:
        """Raise InvalidRequest where such a deployment cannot write what is asked for."""
        has_rows = self.output_action is OutputAction.APPEND_ROW
        self.output.check(has_script=has_script, has_rows=has_rows)
        if has_script and self.selection.split:
            raise InvalidRequest(
                "Files are split for MLflow models without a script: a script reads its files as "
                "it likes.",
                fix="Leave out split.",
                target="properties.properties.inputSplit",
            )

    @property
    def parallelism(self) -> int:
        """Mini-batches in flight at once, over all instances."""
        return self.instance_count * self.max_concurrency_per_instance

    @property
    def limits(self) -> Limits:
        return Limits(parallelism=self.parallelism, error_threshold=self.error_threshold)

    def allows(self, failed_files: int) -> bool:
        """Whether a job may go on with so many failed files."""
        return self.limits.allows(failed_files)


class CodeConfiguration(Message):
    """A scoring script, and the registered code folder that holds it."""

    code: AssetId
    script: str


class Deployment(Message):
    """One way to score an endpoint's input.

    Without a code configuration the model must be MLflow, and scores by itself. `provisioning`
    tells how far this version of the deployment is made, `incarnation` which of the endpoints that
    bore the endpoint's name it belongs to.
    """

    name: str
    endpoint: str
    model: AssetId
    code: CodeConfiguration | None = None
    environment: AssetId | None = None
    settings: BatchSettings = BatchSettings()
    description: str = ""
    compute: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS
    extras: Extras = NO_EXTRAS
    provisioning: Provisioning = Provisioning()
    incarnation: str = ""

    @model_validator(mode="after")
    def _rows_have_a_file(self) -> "Deployment":
        if self.settings.output_action is OutputAction.SUMMARY_ONLY and self.code is None:
            raise ValueError(
                "outputAction 'SummaryOnly' needs a scoring script that writes its own files, "
                "and an MLflow model without one has none. Use 'AppendRow'."
            )
        return self

    @property
    def batch_predict(self) -> bool | None:
        """Whether files share one predict(), always or never; None: where it is proven."""
        is_asked = self.settings.batch_predict
        return is_asked if is_asked or BATCH_PREDICT in self.properties else None

    @property
    def fingerprint(self) -> str:
        """What a warm scorer process is keyed by: everything that changes how a file is scored.

        Cutting, retrying and naming do not; the same model under the same environment does.
        """
        scored_with = {
            "model": self.model.to_wire(),
            "code": self.code.to_wire() if self.code else None,
            "environment": self.environment.to_wire() if self.environment else None,
            "variables": self.settings.environment_variables,
            "level": self.settings.logging_level,
            "batch_predict": self.settings.batch_predict,
        }
        if self.batch_predict is False:
            scored_with["predicts_alone"] = True
        text = json.dumps(scored_with, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def provisioning_task(self) -> ProvisioningTask:
        """What is to be carried out to make this generation of it."""
        return ProvisioningTask(
            endpoint=self.endpoint,
            deployment=self.name,
            generation=self.provisioning.generation,
        )

    def replacing(self, old: "Deployment") -> "Deployment":
        """Stand in for an old one: what scores as before need not be made again.

        Raises Conflict when the old one belongs to a newer endpoint of the same name.
        """
        if old.incarnation > self.incarnation:
            raise Conflict(
                f"Endpoint '{self.endpoint}' was deleted and created again meanwhile.",
                fix="Send the request again.",
                target="endpoint",
            )
        is_provisioned = old.provisioning.state is ProvisioningState.SUCCEEDED
        unchanged = {"name": old.name}
        if is_provisioned and old.fingerprint == self.fingerprint:
            return self.model_copy(update={**unchanged, "provisioning": old.provisioning})
        return self.model_copy(update=unchanged)

    def uses(self, kind: str, asset: AssetId) -> bool:
        """Whether it names this version of this kind of asset (ARM's word, `models`)."""
        named = {
            "models": self.model,
            "environments": self.environment,
            "codes": self.code.code if self.code else None,
        }.get(kind)
        return named is not None and str(named).lower() == str(asset).lower()
