"""Packages without a compiler: wheels, and what can be built without one.

Where there is no compiler, versions are looked for that have a wheel. Only if some package has
none, it may be built: one of Python alone can be. Else the reason names it.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.environments.build_command import Hear, hear_nothing
from shared.scoring.environments.disk_room import DiskFull
from shared.scoring.environments.environment_spec import BuilderKilled, EnvironmentFailed
from shared.scoring.environments.uv import Uv

_COMPILERS = ("cc", "gcc", "clang")
_ONLY_WHEELS = ("--only-binary", ":all:")
_TELLS_OF_WHEELS = re.compile(r"no (?:usable )?wheels|[Ww]heels are (?:required|only)|no-build")
_NOT_BUILT = re.compile(r"[Ff]ailed to (?:download and )?build `([^`]+)`")


@dataclass(frozen=True)
class WheelsFirst:
    """`is_needless`: there is a compiler, or what is wanted is no wheel anyway."""

    uv: Uv
    is_needless: bool

    def run_or_fail(
        self, what: str, *arguments: str, writable: Sequence[Path], hear: Hear = hear_nothing
    ) -> str:
        """As uv's. Raises EnvironmentFailed, with the package that has no wheel."""
        if not self.is_needless:
            try:
                return self.uv.run_or_fail(
                    what, *arguments, *_ONLY_WHEELS, writable=writable, hear=hear
                )
            except (BuilderKilled, DiskFull):
                raise
            except EnvironmentFailed as failed:
                if not _TELLS_OF_WHEELS.search(failed.log):
                    raise
        try:
            return self.uv.run_or_fail(what, *arguments, writable=writable, hear=hear)
        except (BuilderKilled, DiskFull):
            raise
        except EnvironmentFailed as failed:
            raise self._without_compiler(failed) from failed

    def _without_compiler(self, failed: EnvironmentFailed) -> EnvironmentFailed:
        """The same, if it is for another reason."""
        unbuilt = _NOT_BUILT.search(failed.log)
        if unbuilt is None or find_compiler(self.uv.variables):
            return failed
        return EnvironmentFailed(
            f"The package '{unbuilt[1]}' has no wheel for this Python on this machine, and could "
            "not be built: there is no compiler here. Ask for a version that has a wheel, or for "
            f"another Python; or put the wheel itself into the model's folder. {failed.reason}",
            log=failed.log,
        )


def find_compiler(variables: Mapping[str, str]) -> str | None:
    path = variables.get("PATH", "")
    return next((found for one in _COMPILERS if (found := shutil.which(one, path=path))), None)
