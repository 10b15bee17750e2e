"""The stages of one `uv pip install`, told by what uv prints while it is at work."""

import re

from shared.domain.provisioning_stage import Stage
from shared.scoring.environments.environment_spec import Enter, EnvironmentSpec
from shared.scoring.environments.requirements import named

# uv says that it has done one step: the next one is under way.
_DONE = {
    "Prepared": Stage.INSTALLING_PACKAGES,
    "Installed": Stage.COMPILING_PACKAGES,
}
_LINE = re.compile(rf"^({'|'.join(_DONE)}) \d+ packages? in ", re.MULTILINE)


class InstallStages:
    """Tells a stage when it begins, however often the same log is read."""

    def __init__(self, enter: Enter, detail: str) -> None:
        self._enter = enter
        self._detail = detail
        self._stage = Stage.DOWNLOADING_PACKAGES
        enter(self._stage, detail)

    def hear(self, log: str) -> None:
        """The end of what uv has printed so far."""
        done = _LINE.findall(log)
        if done and (stage := _DONE[done[-1]]) is not self._stage:
            self._stage = stage
            self._enter(stage, self._detail)


def describe_packages(spec: EnvironmentSpec) -> str:
    """How many, and their names: an address may hold a secret."""
    names = [one.name for one in named(spec.packages)]
    noun = "package" if len(spec.packages) == 1 else "packages"
    return f"{len(spec.packages)} {noun}: {', '.join(names)}".removesuffix(": ")
