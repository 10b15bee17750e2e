"""The folder in which the environments of a machine lie, and what lies beside them.

<key>/       an environment
locks/       one for each key
cache/       uv's: packages, of which environments hold hard links
pythons/     interpreters that uv installed
temporary/   of builds that are under way
baked/       which environment fulfils which request, as they were baked
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.scoring.environments.environment_folder import EnvironmentFolder
from shared.scoring.environments.file_lock import hold_lock

_LOCKS, _CACHE, _PYTHONS, _TEMPORARY, _BAKED = "locks", "cache", "pythons", "temporary", "baked"
_RESERVED = (_LOCKS, _CACHE, _PYTHONS, _TEMPORARY, _BAKED)


@dataclass(frozen=True)
class Storeroom:
    folder: Path

    @property
    def cache(self) -> Path:
        return self.folder / _CACHE

    @property
    def pythons(self) -> Path:
        return self.folder / _PYTHONS

    @property
    def baked(self) -> Path:
        return self.folder / _BAKED

    @property
    def locks(self) -> Path:
        return self.folder / _LOCKS

    def make_temporary(self) -> Path:
        temporary = self.folder / _TEMPORARY
        temporary.mkdir(parents=True, exist_ok=True)
        return temporary

    def home(self, key: str) -> EnvironmentFolder:
        return EnvironmentFolder(self.folder / key)

    def homes(self) -> Iterator[EnvironmentFolder]:
        if not self.folder.exists():
            return
        for one in self.folder.iterdir():
            if one.name not in _RESERVED:
                yield EnvironmentFolder(one)

    def lock(self, home: EnvironmentFolder) -> Path:
        return self.locks / home.folder.name

    def remove(
        self, home: EnvironmentFolder, *, unused_since: float | None, failure_kept_s: float
    ) -> bool:
        """False when it is being built, or was used in the meantime."""
        try:
            with hold_lock(self.lock(home), wait_s=0):
                last_used = home.last_used
                if last_used is not None and (unused_since is None or last_used > unused_since):
                    return False
                if home.recent_failure(failure_kept_s) is not None:
                    return False
                home.remove()
                return True
        except TimeoutError:
            return False
