"""The room on the disk that environments lie on: what is free, and what must stay free."""

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.environments.environment_spec import EnvironmentFailed

_MB, _GB = 10**6, 10**9
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
# What Azure's plans are documented to have.
_PLANS = (
    "Flex Consumption has 0.8 GB of temporary disk, Premium 21 to 140 GB, Dedicated 11 to 140 GB, "
    "Container Apps 1 to 8 GB by the replica's cores."
)
_WAYS_OUT = (
    "Ask for fewer or smaller packages, or run the service where there is room: "
    f"{_PLANS} Or set ENVIRONMENTS_FOLDER to a mounted share, or to environments that were baked "
    "into the container's image: docs/environments.md."
)


class DiskFull(EnvironmentFailed):
    """A build had to stop, for too little of the disk was left."""


@dataclass(frozen=True)
class DiskRoom:
    """`spare` are the bytes that environments leave to models and mini-batches."""

    folder: Path
    spare: int = 0

    @property
    def free(self) -> int:
        return shutil.disk_usage(self._place).free

    @property
    def is_short(self) -> bool:
        return self.free < self.spare

    def check(self) -> None:
        """Raises DiskFull: asked while something is written."""
        if self.is_short:
            raise DiskFull(f"Less than {in_words(self.spare)} of the disk are left.")

    def too_small(self, taken: int, log: str = "") -> DiskFull:
        """What to say when a build does not fit, having taken so many bytes."""
        disk = shutil.disk_usage(self._place)
        return DiskFull(
            f"The environment does not fit on this machine's disk of {in_words(disk.total)}: "
            f"{in_words(taken)} of it were there when only {in_words(disk.free)} were left, and "
            f"{in_words(self.spare)} stay free for models and mini-batches "
            f"(ENVIRONMENTS_SPARE_MB). {_WAYS_OUT}",
            log=log,
        )

    @property
    def _place(self) -> Path:
        """The folder, or what there is of the way to it."""
        return next(one for one in (self.folder, *self.folder.parents) if one.exists())


def is_no_space(error: OSError) -> bool:
    return error.errno in _NO_SPACE


def tells_of_no_space(log: str) -> bool:
    """How uv, and what it runs, say it."""
    told = ("No space left on device", "Disk quota exceeded")
    return any(words in log for words in told)


def in_words(count: int) -> str:
    return f"{count / _GB:.2f} GB" if count >= _GB else f"{count / _MB:.0f} MB"
