"""`score`: from a model and files to predictions, in one command.

1. look at the command line, and at what is local: nothing is begun that cannot end well
2. find the service, or start one on this machine
3. register and deploy the model, and upload the files: what is there already stays
4. invoke, follow the job, fetch predictions, receipt and errors
"""

import time
from pathlib import Path

from knack.log import get_logger

from cli.answers import JSON
from cli.connection.service import Service
from cli.connection.service_address import named_url
from cli.console import Console
from cli.context import Context
from cli.downloads.job_outputs import download_output
from cli.errors import JobFailed, UsageError
from cli.following.job import follow_job
from cli.local_service import find_or_start
from cli.scoring.data_source import InputData, find_data, upload_data
from cli.scoring.deployed import Deployed
from cli.scoring.model_source import Choices, ModelSource, read_model, short_name
from cli.scoring.output_form import first_rows
from cli.scoring.results import (
    check_out,
    predictions_folder,
    predictions_in,
    read_out,
    summary,
    where_failures_are,
)

log = get_logger(__name__)


def score(
    context: Context,
    model_and_data: list[str],
    *,
    out: str = "",
    code: str = "",
    scoring_script: str = "",
    environment: str = "",
    conda_file: str = "",
    mini_batch_size: int | None = None,
    error_threshold: int | None = None,
    split: str = "",
    output_format: str = "",
    output_lineage: str = "",
    output_carry: str = "",
    output_compress: str = "",
    output_layout: str = "",
    output_partition: str = "",
    set_values: list[str] | None = None,
) -> JSON:
    """Paths and counts. Raises JobFailed when the job did not complete."""
    said = locals()
    from cli.scoring.deploy_model import deploy  # noqa: PLC0415  # pydantic: not for --help
    from cli.scoring.wishes import read_wishes  # noqa: PLC0415

    model, data = _words(model_and_data)
    source = read_model(model, Choices(code, scoring_script, environment, conda_file))
    found, folder = find_data(data), _out(out, source)
    check_out(folder)
    wishes = read_wishes(said, has_script=bool(source.script))
    service = _service(context)
    deployed = deploy(service, source, wishes.settings, Console())
    settings = wishes.of_job(is_here=_is_here(context))
    job = _invoke(service, deployed, upload_data(service, found), settings, split)
    ended = _follow(service, job["name"], folder)
    _show(ended, folder)
    return vars(deployed) | summary(ended, folder)


def _words(words: list[str]) -> tuple[str, list[str]]:
    """The framework has one positional argument for both."""
    if len(words) == 1:
        raise UsageError(
            f"There is nothing to score with '{words[0]}'.", fix="Write: bep score MODEL DATA."
        )
    return words[0], words[1:]


def _out(text: str, source: ModelSource) -> Path:
    if text:
        return read_out(text)
    return Path(f"{short_name(source.name)}-{time.strftime('%Y%m%d-%H%M%S')}")


def _service(context: Context) -> Service:
    """The one that was named, else that of this machine, which is started if it is not there."""
    if _is_here(context):
        find_or_start(Console())
    return context.service


def _is_here(context: Context) -> bool:
    return not named_url(context.folder, context.option("url"))


def _invoke(
    service: Service, deployed: Deployed, data: InputData, settings: dict[str, JSON], split: str
) -> JSON:
    own = data.to_wire() | ({"split": split} if split else {})
    chosen = {name: value for name, value in settings.items() if value is not None}
    return service.post(
        f"/endpoints/{deployed.endpoint}/jobs",
        {"properties": {"inputData": {"input": own}, **chosen}},
        headers={"azureml-model-deployment": deployed.deployment},
    )


def _follow(service: Service, job: str, folder: Path) -> JSON:
    """The job's document once it completed, its files fetched; they are when it failed, too."""
    try:
        ended = follow_job(service, job, Console())
    except JobFailed as failure:
        _fetch(service, job, folder, ("receipt", "errors"))
        raise JobFailed(str(failure), fix=where_failures_are(str(failure), folder)) from None
    _fetch(service, job, predictions_folder(ended, folder), ("predictions",))
    _fetch(service, job, folder, ("receipt", "errors"))
    return ended


def _fetch(service: Service, job: str, folder: Path, outputs: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for output in outputs:
        download_output(service, job, output, folder, Console())


def _show(job: JSON, folder: Path) -> None:
    for warning in job["properties"].get("warnings") or []:
        log.warning("%s", warning)
    rows = first_rows(predictions_in(folder), job["properties"].get("properties"))
    if rows:
        Console().line("\n".join(["The first rows:", *(f"  {row}" for row in rows)]))
