"""What scores: an MLflow folder, a folder with a scoring script, or a registered model."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from cli.errors import UsageError

MLMODEL = "MLmodel"
MLFLOW_FOLDER = "model"
SCRIPT = "score.py"
CONDA_FILES = ("conda.yml", "conda.yaml", "environment.yml")
LONGEST_NAME = 20
"""Of a name that gets a digest after it: endpoints have 32 characters."""


@dataclass(frozen=True)
class Choices:
    """What the flags say of the code; '' where they say nothing."""

    code: str = ""
    script: str = ""
    environment: str = ""
    conda_file: str = ""


@dataclass(frozen=True)
class ModelSource:
    """`reference` names a registered model; else `folder` is a folder or file of this machine.

    `script` is a file inside `code`; '' for MLflow models. `conda_file` and `environment` are two
    ways to name the packages; neither: the service's own, or what the MLflow model says.
    """

    name: str
    reference: str = ""
    folder: Path = Path()
    code: Path = Path()
    script: str = ""
    environment: str = ""
    conda_file: Path | None = None

    @property
    def is_mlflow(self) -> bool:
        return not self.script


def read_model(text: str, choices: Choices) -> ModelSource:
    """Raises UsageError for what is no model."""
    if choices.environment and choices.conda_file:
        raise UsageError(
            "There are two environments: --environment and --conda-file.", fix="Choose one."
        )
    code, script = _code(text, choices)
    conda = _conda_file(choices, code)
    found = ModelSource("", "", Path(), code or Path(), script, choices.environment, conda)
    if is_reference(text):
        name = text.removeprefix("azureml:").rstrip("/").split("/")[-1]
        return _with(found, name=re.split("[:@]", name)[0], reference=text)
    folder = Path(text).expanduser()
    _check(folder, text, has_script=bool(script))
    return _with(found, name=_own_name(folder.resolve()), folder=folder)


def is_reference(text: str) -> bool:
    """Whether it names something in the workspace rather than a path of this machine."""
    return text.startswith(("azureml:", "/subscriptions/"))


def short_name(name: str) -> str:
    """Letters, digits and dashes, a letter first: the beginning of an endpoint's name."""
    plain = re.sub(r"[^a-zA-Z0-9]+", "-", name).strip("-").lower()
    return (plain if plain[:1].isalpha() else f"m-{plain}".rstrip("-"))[:LONGEST_NAME].rstrip("-")


def _own_name(folder: Path) -> str:
    """What mlflow logs is called `model`, wherever it lies: the folder around it says more."""
    name = folder.stem if folder.is_file() else folder.name
    return (folder.parent.name if name == MLFLOW_FOLDER else name) or name


def _with(found: ModelSource, **more: object) -> ModelSource:
    return replace(found, **more)  # type: ignore[arg-type]  # its own fields


def _code(text: str, choices: Choices) -> tuple[Path | None, str]:
    """The script's folder and its name inside it; (None, '') when there is no script."""
    script = Path(choices.script).expanduser() if choices.script else None
    if choices.code:
        return _checked_script(Path(choices.code).expanduser(), choices.script or SCRIPT)
    if script is not None and script.is_file():
        return script.parent, script.name
    folder = Path(text).expanduser()
    if script is not None:
        return _checked_script(folder, choices.script)
    if not (folder / MLMODEL).is_file() and (folder / SCRIPT).is_file():
        return folder, SCRIPT
    return None, ""


def _checked_script(folder: Path, script: str) -> tuple[Path, str]:
    if (folder / script).is_file():
        return folder, script
    scripts = sorted(path.name for path in folder.glob("*.py"))
    raise UsageError(
        f"There is no scoring script '{folder / script}'.",
        fix=f"Name one by --scoring-script: {', '.join(scripts) or 'a .py file with run()'}.",
    )


def _conda_file(choices: Choices, code: Path | None) -> Path | None:
    """The one that was named, else one beside the script."""
    if choices.conda_file:
        path = Path(choices.conda_file).expanduser()
        if not path.is_file():
            raise UsageError(f"There is no conda file '{path}'.", fix="Name one that is there.")
        return path
    beside = [code / name for name in CONDA_FILES] if code and not choices.environment else []
    return next((path for path in beside if path.is_file()), None)


def _check(folder: Path, text: str, *, has_script: bool) -> None:
    if not folder.exists():
        raise UsageError(
            f"There is no model '{text}'.",
            fix="Name a model folder, or a registered model: azureml:NAME:VERSION.",
        )
    if has_script or (folder / MLMODEL).is_file():
        return
    if folder.is_file():
        raise UsageError(
            f"'{text}' is a file, and nothing says how it scores.",
            fix="Save the model by mlflow's save_model() and name that folder, or add --code "
            "FOLDER with a score.py.",
        )
    raise UsageError(f"'{text}' has neither an MLmodel file nor a score.py.", fix=_meant(folder))


def _meant(folder: Path) -> str:
    """What mlflow logs lies one folder deeper than people look."""
    below = sorted(path.parent for path in folder.glob(f"*/{MLMODEL}"))
    if below:
        return f"Did you mean '{below[0]}'?"
    return "Name the folder that mlflow's save_model() wrote, or add --code FOLDER with a score.py."
