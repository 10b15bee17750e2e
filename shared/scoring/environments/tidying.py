"""Makes room among the environments of a machine.

What was downloaded and is in no environment goes first, for it only saves time. Then environments
go, the longest unused first; what is baked stays.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.scoring.environments.disk_usage import usage
from shared.scoring.environments.environment_folder import EnvironmentFolder
from shared.scoring.environments.package_cache import PackageCache
from shared.scoring.environments.residents import is_inhabited, running_programs
from shared.scoring.environments.storeroom import Storeroom

# An interpreter may have been handed out and not have started yet.
_HANDED_OUT_S = 60.0


@dataclass(frozen=True)
class Tidying:
    """`unused` is for a folder that other machines use, too: how long ago the last use must be.

    None: no other does, and the processes of this machine tell what is in use.
    """

    room: Storeroom
    cache: PackageCache
    failure_kept_s: float
    build_limit_s: float
    unused: timedelta | None = None

    def evict(
        self, *, keep_bytes: int, keep_recent: timedelta, spare: EnvironmentFolder | None = None
    ) -> tuple[str, ...]:
        """Remove environments until the rest fits; returns their keys.

        Those used within `keep_recent` stay.
        """
        whole = self._longest_unused(spare)
        removed = [one for one in self._dead(spare) if self._remove(one, None)]
        limit = time.time() - keep_recent.total_seconds()
        for drop in (self.trim_cache, self.forget):
            if usage(self.room.folder) > keep_bytes:
                drop()
        for home in whole:
            if usage(self.room.folder) <= keep_bytes or (home.last_used or 0) > limit:
                break
            if self._remove(home, limit):
                removed.append(home)
                self.trim_cache()
        return tuple(home.folder.name for home in removed)

    def free_some(self, *, spare: EnvironmentFolder | None = None, since: float) -> bool:
        """Remove something that nobody uses now; False when there is no such thing.

        What was downloaded `since` then is a build's that has not ended.
        """
        if self.cache.trim(before=since):
            return True
        limit = time.time() - (self.unused.total_seconds() if self.unused else _HANDED_OUT_S)
        programs = running_programs()
        for home in (*self._dead(spare), *self._longest_unused(spare)):
            if not is_inhabited(home.folder, programs) and self._remove(home, limit):
                self.cache.trim(before=since)
                return True
        removed = [self._remove_python(one) for one in self._needless_pythons()]
        return any(removed)

    def forget(self) -> None:
        """What was downloaded and is no package."""
        self.cache.forget()

    def trim_cache(self) -> None:
        """Of a build that did not come to an end, too."""
        self.cache.trim(before=time.time() + 1)

    def _dead(self, spare: EnvironmentFolder | None) -> list[EnvironmentFolder]:
        """What builders left that did not come to an end."""
        return [one for one in self.room.homes() if one != spare and one.last_used is None]

    def _longest_unused(self, spare: EnvironmentFolder | None) -> list[EnvironmentFolder]:
        homes = [one for one in self.room.homes() if one != spare and not one.is_baked]
        used = [(home.last_used, home) for home in homes]
        whole = [(at, home) for at, home in used if at is not None]
        return [home for _, home in sorted(whole, key=lambda pair: pair[0])]

    def _remove(self, home: EnvironmentFolder, unused_since: float | None) -> bool:
        return self.room.remove(home, unused_since=unused_since, failure_kept_s=self.failure_kept_s)

    def _needless_pythons(self) -> Iterator[Path]:
        """Interpreters that no environment extends, and no build has just installed."""
        used = {base for home in self.room.homes() for base in home.base_pythons()}
        long_ago = time.time() - self.build_limit_s
        for one in self.room.pythons.glob("cpython-*"):
            if one.is_symlink() or one.stat().st_ctime > long_ago:
                continue
            if not any(base.is_relative_to(one.resolve()) for base in used):
                yield one

    def _remove_python(self, python: Path) -> bool:
        for link in self.room.pythons.glob("cpython-*"):
            if link.is_symlink() and link.resolve() == python.resolve():
                link.unlink(missing_ok=True)
        with suppress(OSError):
            shutil.rmtree(python)
            return True
        return False
