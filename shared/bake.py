"""Builds environments beforehand, into ENVIRONMENTS_FOLDER: `python -m shared.bake FILE...`.

A FILE is a conda file, or the folder of an MLflow model. What is baked is used as it is: of a
container's image, of a mounted share, read-only or not.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.implementations import make_environments
from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.requirements import read_text
from shared.scoring.environments.sources import for_mlflow, of_conda, of_model
from shared.settings import Settings


def main(arguments: list[str]) -> int:
    given = _read(arguments)
    settings = Settings.from_environment()
    folder = settings.environments_folder
    if problem := _prepare(folder):
        sys.stderr.write(f"{problem}\n")
        return 2
    environments = make_environments(settings)
    failures = [reason for path in given.files for reason in _bake(environments, path)]
    environments.drop_downloads()
    return 1 if failures else 0


def _prepare(folder: Path | None) -> str:
    """Have the folder; or why it cannot be baked into."""
    if folder is None:
        return "ENVIRONMENTS_FOLDER is not set. Set it to the folder to bake into."
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"ENVIRONMENTS_FOLDER cannot be made: {error}. Set another one."
    if not os.access(folder, os.W_OK):
        return f"ENVIRONMENTS_FOLDER '{folder}' cannot be written to. Bake where it can be."
    return ""


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m shared.bake", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    return parser.parse_args(arguments)


def _bake(environments: Environments, path: Path) -> Iterator[str]:
    """The reasons why what it asks for was not baked."""
    try:
        for spec in _specs(path):
            _check_packages(spec)
            is_own = environments.satisfied_by_own(spec)
            pinned = environments.bake(spec)
            done = "is the service's own" if is_own else f"baked {len(pinned.packages)} packages"
            sys.stdout.write(f"{path}: {done}\n")
    except (EnvironmentFailed, OSError) as failed:
        sys.stderr.write(f"{path}: {failed}\n")
        yield str(failed)


def _check_packages(spec: EnvironmentSpec) -> None:
    """Raises EnvironmentFailed."""
    if spec.local_packages:
        names = ", ".join(package.name for package in spec.local_packages)
        raise EnvironmentFailed(
            f"It needs packages of the model's own folder ({names}), which has another place at "
            "each deployment. Leave it to the service, or put them on an index."
        )


def _specs(path: Path) -> Iterator[EnvironmentSpec]:
    """What a deployment asks for that names it: of a conda file, with a script and without one."""
    if path.is_dir():
        yield of_model(path)
    else:
        asked = of_conda(read_text(path))
        yield asked
        if for_mlflow(asked) != asked:
            yield for_mlflow(asked)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
