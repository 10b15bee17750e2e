"""Builds an environment with uv: interpreter, virtual environment, packages."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from shared.domain.provisioning_stage import Stage
from shared.scoring.environments.environment_folder import Built, EnvironmentFolder
from shared.scoring.environments.environment_spec import (
    Enter,
    EnvironmentFailed,
    EnvironmentSpec,
    ignore_stage,
)
from shared.scoring.environments.era_constraints import constraints
from shared.scoring.environments.install_stages import InstallStages, describe_packages
from shared.scoring.environments.interpreters import Interpreter, Interpreters, ask
from shared.scoring.environments.requirements import Requirements, named, parsed, read_text
from shared.scoring.environments.uv import Uv
from shared.scoring.environments.wheels_first import WheelsFirst, find_compiler

# Up to this Python, setuptools was in every environment: packages import its pkg_resources, which
# newer ones have lost, without asking for it.
_LAST_WITH_SETUPTOOLS = (3, 11)
_PKG_RESOURCES = "setuptools<81"


@dataclass(frozen=True)
class Builder:
    uv: Uv
    interpreters: Interpreters
    enter: Enter = ignore_stage

    def build(self, spec: EnvironmentSpec, home: EnvironmentFolder) -> Built:
        """Raises EnvironmentFailed."""
        self.enter(Stage.CREATING_ENVIRONMENT, _of_python(spec))
        interpreter = self.interpreters.choose(spec.python)
        venv = home.make_build_folder()
        self.uv.run_or_fail(
            "The virtual environment cannot be made",
            *("venv", "--quiet", "--python", str(interpreter.path), str(venv)),
            writable=(home.folder,),
        )
        python = venv / "bin" / "python"
        stages = InstallStages(self.enter, describe_packages(spec))
        with tempfile.TemporaryDirectory(dir=home.folder) as inputs:
            self._packages(spec).run_or_fail(
                "The packages cannot be installed",
                # Scorer processes may not write here: they would compile at each start.
                *("pip", "install", "--compile-bytecode", "--python", str(python)),
                *_write_requirements(Path(inputs), _copy_projects(spec, Path(inputs)), interpreter),
                writable=(home.folder,),
                hear=stages.hear,
            )
        if ask(python) is None:
            raise EnvironmentFailed("The environment was built, but its interpreter does not run.")
        built = Built(python, interpreter.version, _notes(spec, interpreter))
        home.complete(built)
        return built

    def _packages(self, spec: EnvironmentSpec) -> WheelsFirst:
        """A project in the model's folder is no wheel, and may well need no compiler."""
        has_compiler = find_compiler(self.uv.variables) is not None
        return WheelsFirst(self.uv, is_needless=has_compiler or bool(spec.local_packages))

    def pin(self, spec: EnvironmentSpec) -> EnvironmentSpec:
        """The same environment with every version said. Raises EnvironmentFailed."""
        self.enter(Stage.RESOLVING_ENVIRONMENT, describe_packages(spec))
        interpreter = self.interpreters.choose(spec.python)
        requested = (*spec.constraints, *spec.packages)
        with tempfile.TemporaryDirectory(dir=self.uv.work) as inputs:
            found = Path(inputs) / "pinned.txt"
            hashes = ["--generate-hashes"] if any("--hash" in one for one in requested) else []
            arguments = _write_requirements(Path(inputs), spec, interpreter)
            self._packages(spec).run_or_fail(
                "The packages do not go together",
                *("pip", "compile", "--quiet", "--no-header", "--no-annotate", *hashes),
                *("--python", str(interpreter.path), "--output-file", str(found)),
                *(one for one in arguments if one != "-r"),
                writable=(Path(inputs),),
            )
            pinned = Requirements()
            pinned.add_text(read_text(found))
        pinned_spec = replace(
            spec,
            python=spec.python or interpreter.minor,
            packages=tuple(sorted(_with_requested_hashes(pinned.packages, requested))),
            constraints=(),
            takes_prereleases=False,
        )
        return pinned_spec.noting(*_notes(spec, interpreter))


def _copy_projects(spec: EnvironmentSpec, folder: Path) -> EnvironmentSpec:
    """Building a project writes into its folder; the model's is everybody's."""
    projects = [project for project in spec.local_packages if project.is_dir()]
    copies = {
        str(project): str(folder / str(at) / project.name) for at, project in enumerate(projects)
    }
    for project, copy in copies.items():
        shutil.copytree(project, copy, symlinks=True)
    return replace(spec, packages=tuple(copies.get(one, one) for one in spec.packages))


def _write_requirements(folder: Path, spec: EnvironmentSpec, interpreter: Interpreter) -> list[str]:
    """The arguments that name what to install, written into files."""
    lines_file, bounds = folder / "requirements.txt", folder / "constraints.txt"
    requested = {canonicalize_name(one.name) for one in named(spec.packages)}
    needs_setuptools = (
        tuple(map(int, interpreter.minor.split("."))) <= _LAST_WITH_SETUPTOOLS
        and "setuptools" not in requested
    )
    added = [_PKG_RESOURCES] if needs_setuptools else []
    lines_file.write_text("\n".join([*spec.packages, *added, ""]), encoding="utf-8")
    of_the_time = constraints((*spec.packages, *spec.constraints))
    bounds.write_text("\n".join([*of_the_time, *spec.constraints, ""]), encoding="utf-8")
    prereleases = ["--prerelease", "allow"] if spec.takes_prereleases else []
    return ["-r", str(lines_file), "-c", str(bounds), *prereleases]


def _with_requested_hashes(pinned: Iterable[str], requested: Iterable[str]) -> Iterator[str]:
    """The user's own hashes in place of those that the index has now: they are there to differ."""
    hashes = {name: given for line in requested for name, _, given in [_split(line)] if given}
    for line in pinned:
        name, body, _ = _split(line)
        yield " ".join([body, *hashes[name]]) if name in hashes else line


def _split(line: str) -> tuple[str, str, list[str]]:
    """The package's name if it has one, the requirement, and its hashes."""
    body, *hashes = line.split(" --hash")
    requirement = parsed(body)
    name = canonicalize_name(requirement.name) if requirement else body
    return name, body, [f"--hash{one}" for one in hashes]


def _of_python(spec: EnvironmentSpec) -> str:
    return f"Python {spec.python}" if spec.python else "The service's own Python"


def _notes(spec: EnvironmentSpec, interpreter: Interpreter) -> tuple[str, ...]:
    is_exact = not spec.python or spec.python in (interpreter.version, interpreter.minor)
    if is_exact:
        return ()
    return (f"Python {spec.python} is not on this machine: {interpreter.version} is used instead.",)
