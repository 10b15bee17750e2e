"""What a model or a script asks of its environment, and whether the service's own has it."""

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from cli.answers import JSON
from cli.checks.finding import Finding, note, ok, wrong

CONDA_FILES = ("conda.yaml", "conda.yml")
REQUIREMENTS = "requirements.txt"
STANDS_FOR = {"mlflow": "mlflow-skinny"}
"""What the service has in the place of a package: it loads models as well."""
MEND = "Mend the line, or save the model anew."


def check_packages(folder: Path) -> Iterator[Finding]:
    """Of a model's folder: its conda file, else its requirements."""
    conda = next((folder / name for name in CONDA_FILES if (folder / name).is_file()), None)
    if conda is not None:
        yield from check_conda_file(conda)
    elif (folder / REQUIREMENTS).is_file():
        try:
            lines = (folder / REQUIREMENTS).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            yield wrong("packages", f"{REQUIREMENTS} cannot be read: {error}.", "Save it as UTF-8.")
            return
        yield from _check_requirements(lines, REQUIREMENTS)
    else:
        yield note("packages", "It says no packages: the service's own environment scores.")


def check_conda_file(path: Path) -> Iterator[Finding]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        dependencies = content["dependencies"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())
        yield wrong("packages", f"'{path}' is no conda file: {reason}.", "Give it 'dependencies'.")
        return
    yield from _check_python(dependencies)
    pip = [one["pip"] for one in dependencies if isinstance(one, dict) and "pip" in one]
    yield from _check_requirements([str(line) for lines in pip for line in lines], path.name)


def _check_python(dependencies: JSON) -> Iterator[Finding]:
    wanted = [str(one) for one in dependencies if str(one).startswith("python=")]
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    if wanted and own not in wanted[0]:
        yield note(
            "python", f"It asks for '{wanted[0]}'; the service runs {own}.", "It is built apart."
        )


def _check_requirements(lines: list[str], file: str) -> Iterator[Finding]:
    missing: list[str] = []
    for line in lines:
        text = line.partition("#")[0].strip()
        if not text or text.startswith("-"):
            continue
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            reason = str(error).splitlines()[0]
            yield wrong("packages", f"'{text}' in {file} is no requirement: {reason}.", MEND)
            continue
        missing += _unsatisfied(requirement)
    if missing:
        yield note(
            "packages",
            f"This environment does not have {', '.join(missing)}: "
            "one is built when the model is deployed.",
            "Nothing, if the machine can reach a package index.",
        )
    else:
        yield ok("packages", "The service's own packages satisfy it.")


def _unsatisfied(requirement: Requirement) -> list[str]:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return []
    try:
        own = metadata.version(STANDS_FOR.get(requirement.name, requirement.name))
    except metadata.PackageNotFoundError:
        return [f"{requirement} (none)"]
    is_enough = requirement.specifier.contains(own, prereleases=True)
    return [] if is_enough else [f"{requirement} ({own})"]
