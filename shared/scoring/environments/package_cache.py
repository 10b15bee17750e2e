"""uv's cache of downloaded packages, which shares its files with the environments by hard links."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from shared.scoring.environments.file_lock import hold_lock

# uv holds it while it uses the cache, and alone while it cleans it.
_LOCK = ".lock"
_PACKAGES = "archive-v*"
# Where it unpacks: it is there after uv was killed, and while it uses the cache.
_UNFINISHED = ".tmp*"
# What only saves asking and building again. `wheels-v*` says which package lies where.
_RECORDS = ("builds-v*", "flat-index-v*", "git-v*", "interpreter-v*", "sdists-v*", "simple-v*")


@dataclass(frozen=True)
class PackageCache:
    """`wait_s` is how long another's build is waited for, until nothing is removed."""

    folder: Path
    wait_s: float = 60.0

    def trim(self, *, before: float) -> bool:
        """Remove the packages that no environment shares, if they came before; says if any went.

        Those that are shared cost nothing, and save the next environment its own. What a uv that
        was killed had half unpacked goes whenever it came, and counts by the same rule.
        """
        old = (one for one in self._unshared() if _came(one) < before)
        return any(came < before for came in self._remove(chain(self._unfinished(), old)))

    def forget(self) -> bool:
        """Remove what else was downloaded."""
        return bool(self._remove(one for name in _RECORDS for one in self.folder.glob(name)))

    def newer(self, since: float) -> Iterator[Path]:
        """The packages that came since, whole or not."""
        packages = chain(self._unfinished(), self.folder.glob(f"{_PACKAGES}/*"))
        return (one for one in packages if _came(one) >= since)

    def _unfinished(self) -> Iterator[Path]:
        return self.folder.glob(_UNFINISHED)

    def _unshared(self) -> Iterator[Path]:
        return (one for one in self.folder.glob(f"{_PACKAGES}/*") if not is_shared(one))

    def _remove(self, doomed: Iterator[Path]) -> list[float]:
        """When each came that was removed. Nobody uses the cache meanwhile."""
        if not self.folder.exists():
            return []
        try:
            with hold_lock(self.folder / _LOCK, wait_s=self.wait_s):
                found = [(one, _came(one)) for one in doomed]
                for one, _ in found:
                    shutil.rmtree(one, ignore_errors=True)
                return [came for _, came in found]
        except TimeoutError:
            return []


def _came(package: Path) -> float:
    try:
        return package.lstat().st_ctime
    except OSError:  # it went in the meantime
        return 0.0


def is_shared(package: Path) -> bool:
    """Whether an environment holds its files."""
    for parent, _, files in os.walk(package):
        for name in files:
            with suppress(OSError):
                if os.lstat(os.path.join(parent, name)).st_nlink > 1:  # noqa: PTH118  # many files
                    return True
    return False
