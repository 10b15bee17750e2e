"""Where people write what they need: an MLflow model, a conda file, an image."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from shared.schemas import yaml_text
from shared.scoring.environments.conda_match import CondaMatch, conda_match
from shared.scoring.environments.conda_names import PIP_NAMES, is_native
from shared.scoring.environments.environment_spec import (
    EnvironmentFailed,
    EnvironmentSpec,
    attach_notes,
)
from shared.scoring.environments.omitted_packages import is_needless
from shared.scoring.environments.python_version import chosen_python
from shared.scoring.environments.requirements import Requirements, named, read_text

_PYTHON_ENV = "python_env.yaml"
_PYTHON_ENVS = (_PYTHON_ENV, "python_env.yml")
_CONDAS = ("conda.yaml", "conda.yml")
_REQUIREMENTS = "requirements.txt"
_NO_ENVIRONMENT = (
    "The model brings no environment file (python_env.yaml, conda.yaml or requirements.txt): the "
    "service's own Python and packages score it. Add one that lists its packages, or give the "
    "deployment an environmentId, if it does not load with these."
)
# Either of them loads a model; the full one brings servers that scoring never starts.
_MLFLOW = frozenset({"mlflow", "mlflow-skinny"})
# What reads the inputs of a model without a script, and what else would serve as well. The full
# mlflow brings a pandas that it was tested with.
_READERS = {
    "pandas": frozenset({"mlflow", "pandas"}),
    "pillow": frozenset({"pillow", "pillow-simd"}),
    "pyarrow": frozenset({"pyarrow"}),
}


def of_model(folder: Path) -> EnvironmentSpec:
    """What an MLflow model brings along: nothing, and the note says it. Raises EnvironmentFailed.

    The file that MLmodel names counts, else one with a usual name; of several the newest form.
    """
    described = read_mlmodel(folder)
    named_by = _named_by(described)
    missing = tuple(
        f"MLmodel names the environment file '{name}', which is not in the model's folder."
        for name in named_by.values()
        if not _inside(folder, name)
    )
    if python_env := _first(folder, named_by.get("virtualenv", ""), *_PYTHON_ENVS):
        spec = _of_python_env(_mapping(read_text(python_env), python_env.name), folder)
    elif conda := _first(folder, named_by.get("conda", ""), *_CONDAS):
        spec = _of_conda(_mapping(read_text(conda), conda.name), folder)
    elif requirements := _first(folder, _REQUIREMENTS):
        wanted = Requirements(folder)
        wanted.add_text(read_text(requirements))
        spec = _spec(wanted, str(_python_function(described).get("python_version") or ""))
    else:
        return EnvironmentSpec().noting(*missing, _NO_ENVIRONMENT)
    return for_mlflow(spec).noting(*missing)


def read_mlmodel(folder: Path) -> Mapping[str, Any]:
    """Raises EnvironmentFailed."""
    return _mapping(read_text(folder / "MLmodel"), "MLmodel")


def of_conda(text_or_mapping: str | Mapping[str, Any]) -> EnvironmentSpec:
    """What a `conda_file` asks for: its text, or the object. Raises EnvironmentFailed."""
    described = text_or_mapping
    if isinstance(described, str):
        described = _mapping(described, "conda file")
    if "dependencies" not in described:
        keys = ", ".join(f"'{key}'" for key in described) or "nothing"
        raise EnvironmentFailed(
            f"The conda file has no 'dependencies', but {keys}. List the packages under that key."
        )
    return _of_conda(described, None)


def of_image(image: str) -> EnvironmentSpec:
    return EnvironmentSpec().noting(
        f"The image '{image}' is ignored: containers are not run. "
        "Python and the packages come from the conda file, or else from the service itself."
    )


def for_mlflow(spec: EnvironmentSpec) -> EnvironmentSpec:
    """The same environment, able to load an MLflow model and to read its input."""
    names = {canonicalize_name(requirement.name) for requirement in named(spec.packages)}
    added = [] if names & _MLFLOW else ["mlflow-skinny"]
    added += [reader for reader, equals in _READERS.items() if not names & equals]
    if not added:
        return spec
    note = f"Added, to load an MLflow model and to read its inputs: {', '.join(added)}."
    return replace(spec, packages=tuple(sorted((*spec.packages, *added)))).noting(note)


def _of_python_env(described: Mapping[str, Any], folder: Path) -> EnvironmentSpec:
    """Its build dependencies are not needed: uv builds each package in isolation."""
    wanted = Requirements(folder)
    wanted.add(_lines(described.get("dependencies"), _PYTHON_ENV))
    return _spec(wanted, str(described.get("python") or ""))


def _of_conda(described: Mapping[str, Any], folder: Path | None) -> EnvironmentSpec:
    dependencies = described.get("dependencies") or []
    if not isinstance(dependencies, list):
        raise _malformed("dependencies", "a list")
    wanted = Requirements(folder)
    for entry in dependencies:
        if isinstance(entry, Mapping):
            wanted.add(_lines(entry.get("pip"), "pip"))
    python = ""
    by_pip: set[str] = {canonicalize_name(one.name) for one in named(wanted.packages)}
    for entry in dependencies:
        if isinstance(entry, Mapping) or not entry:
            continue
        match = conda_match(str(entry))
        if canonicalize_name(match.name) == "python":
            python = match.specifier
        else:
            _add_conda(match, wanted, by_pip)
    return _spec(wanted, python)


def _add_conda(match: CondaMatch, wanted: Requirements, by_pip: set[str]) -> None:
    canonical = canonicalize_name(match.name)
    name = str(PIP_NAMES.get(canonical, canonical))
    if is_native(canonical) or is_needless(canonical):
        wanted.leave_out(match.name)
        return
    if name in by_pip:
        # conda installs pip's packages last: theirs is the version that stays.
        if match.specifier:
            wanted.notes.append(f"'{name}' has the version that is asked for under pip.")
        return
    if name != canonical:
        wanted.notes.append(f"conda's '{match.name}' is pip's '{name}'.")
    if match.note:
        wanted.notes.append(match.note)
    wanted.add([f"{name}{match.specifier}"])


def _spec(wanted: Requirements, python: str) -> EnvironmentSpec:
    notes = wanted.all_notes()
    with attach_notes(notes):
        version, note = chosen_python(python)
    notes = (note, *notes) if note else notes
    return EnvironmentSpec(
        version,
        tuple(sorted(wanted.packages)),
        constraints=tuple(sorted(wanted.constraints)),
        takes_prereleases=wanted.takes_prereleases,
    ).noting(*notes)


def _python_function(described: Mapping[str, Any]) -> Mapping[str, Any]:
    flavors = described.get("flavors")
    flavor = flavors.get("python_function") if isinstance(flavors, Mapping) else None
    return flavor if isinstance(flavor, Mapping) else {}


def _named_by(described: Mapping[str, Any]) -> dict[str, str]:
    """The files that MLmodel names: `env` is one name, or one per tool."""
    env = _python_function(described).get("env")
    if isinstance(env, str):
        return {"conda": env}
    return {str(tool): str(file) for tool, file in env.items()} if isinstance(env, Mapping) else {}


def _first(folder: Path, *names: str) -> Path | None:
    found = (_inside(folder, name) for name in names if name)
    return next((path for path in found if path), None)


def _inside(folder: Path, name: str) -> Path | None:
    path = (folder / name).resolve()
    return path if path.is_file() and path.is_relative_to(folder.resolve()) else None


def _mapping(text: str, name: str) -> Mapping[str, Any]:
    try:
        content = yaml_text.plain(text)
    except yaml_text.BadYaml as error:
        raise EnvironmentFailed(
            f"The environment's {name} is not YAML that is understood here: {error}. "
            "Repair it and register it again."
        ) from error
    if not isinstance(content, Mapping):
        raise _malformed(name, "an object with keys")
    return content


def _lines(entries: object, name: str) -> list[str]:
    if not entries:
        return []
    if not isinstance(entries, list):
        raise _malformed(name, "a list")
    return [str(entry) for entry in entries if entry]


def _malformed(name: str, wanted: str) -> EnvironmentFailed:
    return EnvironmentFailed(f"The environment's {name} is not {wanted}. Write it as {wanted}.")
