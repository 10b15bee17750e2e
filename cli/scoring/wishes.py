"""What `score` is asked for beside model and data: looked at before anything is begun."""

import os
from collections.abc import Mapping
from typing import Any

from cli.errors import UsageError
from shared.domain.errors import BatchError
from shared.schemas.arm_output import read_output_options
from shared.schemas.arm_selection import check_choice

OF_DEPLOYMENT, OF_JOB = "--set properties", "properties"
CONCURRENCY = "maxConcurrencyPerInstance"


def check_wishes(
    settings: Mapping[str, Any], form: Mapping[str, str] | None, split: str, *, has_script: bool
) -> None:
    """`settings` are the deployment's, `form` is the job's own. Raises UsageError."""
    if split and has_script:
        raise UsageError(
            f"--split '{split}' is for MLflow models, and a scoring script reads its files itself.",
            fix="Leave it out, or cut the files before.",
        )
    try:
        base = read_output_options(settings.get("properties") or {}, OF_DEPLOYMENT)
        options = read_output_options(form or {}, OF_JOB, base)
        options.check(has_script=has_script, has_rows=settings.get("outputAction") != "SummaryOnly")
        check_choice({"split": split} if split else {}, "inputs")
    except BatchError as error:
        raise UsageError(str(error)) from None


def concurrency(settings: Mapping[str, Any], split: str, *, is_here: bool) -> int | None:
    """How many pieces are scored at once; None: as the deployment says.

    Of a service elsewhere nobody here knows the cores.
    """
    return os.process_cpu_count() if split and is_here and CONCURRENCY not in settings else None
