"""Builds an environment with uv: interpreter, virtual environment, packages."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from shared.scoring.environments.eras import constraints
from shared.scoring.environments.home import Built, Home
from shared.scoring.environments.interpreters import Interpreter, Interpreters, ask
from shared.scoring.environments.requirements import Requirements, named, parsed, read_text
from shared.scoring.environments.spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.uv import Uv

# Up to this Python, setuptools was in every environment: packages import its pkg_resources, which
# newer ones have lost, without asking for it.
_LAST_WITH_SETUPTOOLS = (3, 11)
_PKG_RESOURCES = "setuptools<81"


@dataclass(frozen=True)
class Builder:
    uv: Uv
    interpreters: Interpreters

    def build(self, spec: EnvironmentSpec, home: Home) -> Built:
        """Raises EnvironmentFailed."""
        interpreter = self.interpreters.choose(spec.python)
        venv = home.new_place()
        self.uv.do(
            "The virtual environment cannot be made",
            *("venv", "--quiet", "--python", str(interpreter.path), str(venv)),
            writable=(home.folder,),
        )
        python = venv / "bin" / "python"
        with tempfile.TemporaryDirectory(dir=home.folder) as inputs:
            self.uv.do(
                "The packages cannot be installed",
                # Scorer processes may not write here: they would compile at each start.
                *("pip", "install", "--compile-bytecode", "--python", str(python)),
                *_files(Path(inputs), _with_own_copies(spec, Path(inputs)), interpreter),
                writable=(home.folder,),
            )
        if ask(python) is None:
            raise EnvironmentFailed("The environment was built, but its interpreter does not run.")
        built = Built(python, interpreter.version, _notes(spec, interpreter))
        home.complete(built)
        return built

    def pin(self, spec: EnvironmentSpec) -> EnvironmentSpec:
        """The same environment with every version said. Raises EnvironmentFailed."""
        interpreter = self.interpreters.choose(spec.python)
        asked = (*spec.constraints, *spec.packages)
        with tempfile.TemporaryDirectory(dir=self.uv.work) as inputs:
            found = Path(inputs) / "pinned.txt"
            hashes = ["--generate-hashes"] if any("--hash" in one for one in asked) else []
            arguments = _files(Path(inputs), spec, interpreter)
            self.uv.do(
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
            packages=tuple(sorted(_with_asked_hashes(pinned.packages, asked))),
            constraints=(),
            takes_prereleases=False,
        )
        return pinned_spec.noting(*_notes(spec, interpreter))


def _with_own_copies(spec: EnvironmentSpec, folder: Path) -> EnvironmentSpec:
    """Building a project writes into its folder; the model's is everybody's."""
    projects = [place for place in spec.local_packages if place.is_dir()]
    copies = {str(place): str(folder / str(at) / place.name) for at, place in enumerate(projects)}
    for place, copy in copies.items():
        shutil.copytree(place, copy, symlinks=True)
    return replace(spec, packages=tuple(copies.get(one, one) for one in spec.packages))


def _files(folder: Path, spec: EnvironmentSpec, interpreter: Interpreter) -> list[str]:
    """The arguments that name what to install, written into files."""
    wanted, bounds = folder / "requirements.txt", folder / "constraints.txt"
    asked = {canonicalize_name(one.name) for one in named(spec.packages)}
    needs_setuptools = (
        tuple(map(int, interpreter.minor.split("."))) <= _LAST_WITH_SETUPTOOLS
        and "setuptools" not in asked
    )
    added = [_PKG_RESOURCES] if needs_setuptools else []
    wanted.write_text("\n".join([*spec.packages, *added, ""]), encoding="utf-8")
    of_the_time = constraints((*spec.packages, *spec.constraints))
    bounds.write_text("\n".join([*of_the_time, *spec.constraints, ""]), encoding="utf-8")
    prereleases = ["--prerelease", "allow"] if spec.takes_prereleases else []
    return ["-r", str(wanted), "-c", str(bounds), *prereleases]


def _with_asked_hashes(pinned: Iterable[str], asked: Iterable[str]) -> Iterator[str]:
    """The user's own hashes in place of those that the index has now: they are there to differ."""
    hashes = {name: given for line in asked for name, _, given in [_split(line)] if given}
    for line in pinned:
        name, body, _ = _split(line)
        yield " ".join([body, *hashes[name]]) if name in hashes else line


def _split(line: str) -> tuple[str, str, list[str]]:
    """The package's name if it has one, the requirement, and its hashes."""
    body, *hashes = line.split(" --hash")
    requirement = parsed(body)
    name = canonicalize_name(requirement.name) if requirement else body
    return name, body, [f"--hash{one}" for one in hashes]


def _notes(spec: EnvironmentSpec, interpreter: Interpreter) -> tuple[str, ...]:
    is_exact = not spec.python or spec.python in (interpreter.version, interpreter.minor)
    if is_exact:
        return ()
    return (f"Python {spec.python} is not on this machine: {interpreter.version} is used instead.",)
