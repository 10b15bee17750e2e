"""Whether the app's own interpreter already holds what an environment must hold."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from shared.scoring.environments.environment_spec import EnvironmentSpec
from shared.scoring.environments.requirements import parsed

# The part of MLflow that loads models: it stands in for the whole.
_STAND_INS = {"mlflow": "mlflow-skinny"}


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


@dataclass(frozen=True)
class AppPackages:
    """The interpreter that runs this code, and what it can import."""

    python: tuple[int, int] = sys.version_info[:2]
    find: Callable[[str], Distribution | None] = _distribution

    def satisfy(self, spec: EnvironmentSpec) -> bool:
        if spec.python and self.python != _minor(spec.python):
            return False
        return all(self._has_line(line) for line in spec.packages) and all(
            self._satisfies_constraints(line) for line in spec.constraints
        )

    def _satisfies_constraints(self, constraint: str) -> bool:
        requirement = parsed(constraint)
        if requirement is None:
            return False
        installed = self.find(requirement.name) or self._stand_in(requirement.name)
        return installed is None or self._has(requirement, "", frozenset())

    def _has_line(self, line: str) -> bool:
        # What is installed has no hash any more: a line with one is never parsed.
        requirement = parsed(line)
        return requirement is not None and self._has(requirement, "", frozenset())

    def _has(self, requirement: Requirement, extra: str, seen: frozenset[str]) -> bool:
        """Extras are satisfied when all that they ask for is there too."""
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            return True
        if requirement.url:
            return False
        found = self.find(requirement.name) or self._stand_in(requirement.name)
        if found is None or not requirement.specifier.contains(found.version, prereleases=True):
            return False
        if not requirement.extras or requirement.name in seen:
            return True
        seen |= {requirement.name}
        return all(self._has_extra(found, one, seen) for one in requirement.extras)

    def _has_extra(self, found: Distribution, extra: str, seen: frozenset[str]) -> bool:
        provided = {
            canonicalize_name(one) for one in found.metadata.get_all("Provides-Extra") or ()
        }
        if canonicalize_name(extra) not in provided:
            return True
        try:
            dependencies = [Requirement(line) for line in found.requires or ()]
        except InvalidRequirement:
            return False
        return all(self._has(one, extra, seen) for one in dependencies if _is_of_extra(one))

    def _stand_in(self, name: str) -> Distribution | None:
        stand_in = _STAND_INS.get(canonicalize_name(name))
        return self.find(stand_in) if stand_in else None


def _is_of_extra(requirement: Requirement) -> bool:
    return requirement.marker is not None and "extra" in str(requirement.marker)


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])
