"""What `score` is asked for beside model and data: looked at before anything is begun."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.answers import JSON
from cli.errors import UsageError
from cli.scoring.deploy_model import read_settings
from cli.scoring.output_form import FLAGS, output_form
from shared.domain.errors import BatchError
from shared.schemas.arm_output import read_output_options
from shared.schemas.arm_selection import check_choice

OF_DEPLOYMENT, OF_JOB = "--set properties", "properties"
CONCURRENCY = "maxConcurrencyPerInstance"


@dataclass(frozen=True)
class Wishes:
    """`settings` are the deployment's, `job` are those of the job over them."""

    settings: dict[str, Any]
    job: dict[str, JSON]
    split: str = ""

    def of_job(self, *, is_here: bool) -> dict[str, JSON]:
        """Pieces share the cores of this machine; of one elsewhere nobody here knows them."""
        if self.split and is_here and CONCURRENCY not in self.settings:
            return {**self.job, CONCURRENCY: os.process_cpu_count()}
        return self.job


def read_wishes(said: Mapping[str, Any], *, has_script: bool) -> Wishes:
    """Of the flags by their names. Raises UsageError."""
    settings = read_settings(said["set_values"] or [])
    form = output_form(**{flag: said[flag] for flag in FLAGS})
    _check_least("--mini-batch-size", said["mini_batch_size"], 1)
    _check_least("--error-threshold", said["error_threshold"], -1)
    _check(settings, form or {}, said["split"], has_script=has_script)
    job = {
        "miniBatchSize": said["mini_batch_size"],
        "errorThreshold": said["error_threshold"],
        "properties": form,
    }
    return Wishes(settings, job, said["split"])


def _check_least(flag: str, value: int | None, least: int) -> None:
    if value is not None and value < least:
        raise UsageError(f"{flag} is {value}.", fix=f"Give a whole number, {least} or more.")


def _check(
    settings: Mapping[str, Any], form: Mapping[str, str], split: str, *, has_script: bool
) -> None:
    if split and has_script:
        raise UsageError(
            f"--split '{split}' is for MLflow models, and a scoring script reads its files itself.",
            fix="Leave it out, or cut the files before.",
        )
    try:
        base = read_output_options(settings.get("properties") or {}, OF_DEPLOYMENT)
        options = read_output_options(form, OF_JOB, base)
        options.check(has_script=has_script, has_rows=settings.get("outputAction") != "SummaryOnly")
        check_choice({"split": split} if split else {}, "inputs")
    except BatchError as error:
        raise UsageError(str(error)) from None
