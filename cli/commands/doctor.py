"""`doctor`: what is wrong with a model, a deployment file or the service, each with its fix."""

from collections.abc import Iterator
from pathlib import Path

from cli.answers import JSON
from cli.checks.finding import Finding, Status
from cli.checks.service import check_service
from cli.context import Context
from cli.errors import UsageError
from cli.scoring.model_source import CONDA_FILES, MLMODEL, SCRIPT

YAML = frozenset({".yml", ".yaml"})
SOMETHING_WRONG = 1


def examine(context: Context, target: str = "") -> JSON:
    """The findings; the exit code is 1 when something is wrong, though there is an answer."""
    findings: list[Finding] = []
    if target:
        findings += _target_findings(Path(target).expanduser())
    if not target or context.option("url"):
        findings += check_service(context)
    if any(one.status is Status.WRONG for one in findings):
        context.exit_code = SOMETHING_WRONG
    return [one.to_wire() for one in findings]


def _target_findings(path: Path) -> Iterator[Finding]:
    """The modules are heavy: each is loaded for what is looked at."""
    if path.is_file() and path.suffix in YAML:
        from cli.checks.yaml_file import check_yaml_file  # noqa: PLC0415

        return check_yaml_file(path)
    if (path / MLMODEL).is_file():
        from cli.checks.mlflow_model import check_mlflow_model  # noqa: PLC0415

        return check_mlflow_model(path)
    if (path / SCRIPT).is_file():
        return _script_findings(path)
    raise UsageError(
        f"'{path}' is neither a model folder nor a YAML file.",
        fix="Name a folder with an MLmodel file or a score.py, or a .yml file.",
    )


def _script_findings(folder: Path) -> Iterator[Finding]:
    from cli.checks.packages import check_conda_file  # noqa: PLC0415
    from cli.checks.scoring_script import check_scoring_script  # noqa: PLC0415

    yield from check_scoring_script(folder / SCRIPT)
    for name in CONDA_FILES:
        if (folder / name).is_file():
            yield from check_conda_file(folder / name)
