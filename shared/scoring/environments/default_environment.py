"""What scores for deployments that ask for nothing: beside the app's packages, or built if need be.

The deployed app may come without the packages that only score. They are listed beside it, at the
versions that were tested, and become an environment like any other.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.requirements import Requirements, named, read_text

APP = Path(__file__).parents[3]
LISTED_IN = "requirements-scorers.txt"
_NOTE = (
    "The service was deployed without packages that score: the environment has those of its "
    f"{LISTED_IN}."
)


def settled(
    asked: EnvironmentSpec | None,
    is_satisfied: Callable[[EnvironmentSpec], bool],
    app: Path = APP,
) -> EnvironmentSpec | None:
    """What is asked for; the default environment, if that is nothing and the app cannot score.

    Raises EnvironmentFailed.
    """
    if asked is not None and (asked.packages or asked.python):
        return asked
    default = default_environment(app)
    if is_satisfied(_at_any_version(default)):
        return asked
    return default.noting(_NOTE, *(asked.notes if asked else ()))


def default_environment(app: Path = APP) -> EnvironmentSpec:
    """At the versions that were tested. Raises EnvironmentFailed."""
    wanted = Requirements(app)
    wanted.add_text(read_text(app / LISTED_IN))
    return EnvironmentSpec(
        packages=tuple(sorted(wanted.packages)), constraints=tuple(sorted(wanted.constraints))
    )


def _at_any_version(spec: EnvironmentSpec) -> EnvironmentSpec:
    """Whoever installed others beside the app meant them."""
    names = sorted({requirement.name for requirement in named(spec.packages)})
    return replace(spec, packages=tuple(names), constraints=())
