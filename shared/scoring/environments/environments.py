"""The environments of this machine: found in the app's own packages, or built once and kept.

1. What the app's interpreter satisfies is the app's interpreter.
2. What was built before is used again: a folder per content, on the local disk.
3. Else one process builds it, under a lock, and the others wait.
4. What could not be built is not tried again at once; a builder that was killed is replaced.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.scoring.environments.builder import Builder
from shared.scoring.environments.disk import usage
from shared.scoring.environments.home import Built, Home
from shared.scoring.environments.interpreters import Interpreters
from shared.scoring.environments.lock import locked
from shared.scoring.environments.own import OwnPackages
from shared.scoring.environments.spec import (
    BuilderKilled,
    EnvironmentFailed,
    EnvironmentSpec,
    Tell,
    ignore,
    telling,
)
from shared.scoring.environments.uv import Uv, find_uv

# torch with CUDA is 3 GB to download and to unpack.
BUILD_LIMIT_S = 1800.0
# The mini-batches of one wave need not find out one by one; a repaired index is noticed soon.
FAILURE_REMEMBERED_S = 60.0
# The kernel kills whom it likes when memory is short: the next one may live.
KILLED_TRIES = 3

# uv waits for builds that use its cache; the next eviction tries again.
_CLEAN_LIMIT_S = 60.0

logger = logging.getLogger(__name__)

_LOCKS = "locks"
_CACHE = "cache"
_TEMPORARY = "temporary"


@dataclass(frozen=True)
class Bound:
    """How much of the disk environments may take, and how long one is unused before it may go."""

    bytes: int
    unused: timedelta


class Environments:
    """Safe for threads and processes that share the folder; the folder is of one machine."""

    def __init__(
        self,
        folder: Path,
        *,
        own_python: str = sys.executable,
        own_packages: OwnPackages | None = None,
        uv: str | None = None,
        cache: Path | None = None,
        build_limit_s: float = BUILD_LIMIT_S,
        failure_remembered_s: float = FAILURE_REMEMBERED_S,
        keep: Bound | None = None,
        variables: Mapping[str, str] = os.environ,
        hidden: tuple[Path, ...] = (),
    ) -> None:
        self._folder = folder.absolute()
        self._own_python = own_python
        self._own_packages = own_packages or OwnPackages()
        self._uv = uv
        self._cache = cache or self._folder / _CACHE
        self._build_limit_s = build_limit_s
        self._failure_remembered_s = failure_remembered_s
        self._keep = keep
        self._variables = variables
        self._hidden = hidden
        self._own: dict[EnvironmentSpec, bool] = {}

    def satisfied_by_own(self, spec: EnvironmentSpec) -> bool:
        """Whether the app's interpreter is of that version and holds all of the packages."""
        if spec not in self._own:
            self._own[spec] = self._own_packages.satisfy(spec)
        return self._own[spec]

    def ensure(self, spec: EnvironmentSpec, tell: Tell = ignore) -> Path:
        """The environment's python, built if it is not there. Raises EnvironmentFailed."""
        if self.satisfied_by_own(spec):
            return Path(self._own_python)
        home = self._home(spec.key)
        built = home.built()
        if built is None:
            with telling(spec.notes):
                built = self._build(spec, home, tell)
            self._make_room(spare=home)
        home.touch()
        return built.python

    def notes(self, spec: EnvironmentSpec) -> tuple[str, ...]:
        """What the user should know: of the spec, and of the environment once it is built."""
        if self.satisfied_by_own(spec):
            return spec.notes
        built = self._home(spec.key).built()
        return spec.noting(*(built.notes if built else ())).notes

    def pin(self, spec: EnvironmentSpec, tell: Tell = ignore) -> EnvironmentSpec:
        """The same with every version said, so that it is the same on every machine, for ever.

        Raises EnvironmentFailed when the packages do not go together.
        """
        if self.satisfied_by_own(spec):
            return spec
        with telling(spec.notes):
            return _outliving(lambda: self._builder(spec, tell).pin(spec))

    def evict(
        self, *, keep_bytes: int, keep_recent: timedelta, spare: Home | None = None
    ) -> tuple[str, ...]:
        """Remove environments, the longest unused first, until the rest fits; returns their keys.

        Those used within `keep_recent` stay: scorer processes may still live in them. What was
        downloaded goes first, for it only saves time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        homes = [home for home in self._homes() if home != spare]
        removed = [home for home in homes if home.last_used is None and self._remove(home, None)]
        if usage(self._folder) > keep_bytes:
            self._drop_cache()
        limit = time.time() - keep_recent.total_seconds()
        whole = [(home.last_used, home) for home in homes if home.last_used is not None]
        for last_used, home in sorted(whole, key=lambda pair: pair[0] or 0.0):
            if last_used is None or last_used > limit or usage(self._folder) <= keep_bytes:
                break
            if self._remove(home, limit):
                removed.append(home)
        return tuple(home.folder.name for home in removed)

    def _make_room(self, *, spare: Home) -> None:
        """After a build; whether it works out is not that build's business."""
        if self._keep is None:
            return
        try:
            self.evict(keep_bytes=self._keep.bytes, keep_recent=self._keep.unused, spare=spare)
        except (OSError, EnvironmentFailed):
            logger.warning("The environments in %s could not be tidied up.", self._folder)

    def _build(self, spec: EnvironmentSpec, home: Home, tell: Tell) -> Built:
        try:
            with locked(self._lock(home), wait_s=self._build_limit_s):
                return home.built() or self._build_locked(spec, home, tell)
        except TimeoutError as error:
            raise EnvironmentFailed(
                f"Another process has been building the environment for "
                f"{self._build_limit_s:g} s. Try again later."
            ) from error

    def _build_locked(self, spec: EnvironmentSpec, home: Home, tell: Tell) -> Built:
        failure = home.recent_failure(self._failure_remembered_s)
        if failure is not None:
            tell(failure.log)
            raise failure
        try:
            return _outliving(lambda: self._builder(spec, tell).build(spec, home))
        except BuilderKilled:
            raise
        except EnvironmentFailed as failed:
            home.fail(failed)
            raise

    def _remove(self, home: Home, unused_since: float | None) -> bool:
        """False when it is being built, or was used in the meantime."""
        try:
            with locked(self._lock(home), wait_s=0):
                last_used = home.last_used
                if last_used is not None and (unused_since is None or last_used > unused_since):
                    return False
                if home.recent_failure(self._failure_remembered_s) is not None:
                    return False
                home.remove()
                return True
        except TimeoutError:
            return False

    def _drop_cache(self) -> None:
        """By uv itself, which waits for its other processes; only if the cache is ours."""
        if self._cache.is_relative_to(self._folder) and self._cache.exists():
            self._run_uv().call("cache", "clean", limit_s=_CLEAN_LIMIT_S)

    def _builder(self, spec: EnvironmentSpec, tell: Tell) -> Builder:
        uv = self._run_uv(spec.local_packages, tell)
        return Builder(uv, Interpreters(self._own_python, uv, self._variables))

    def _run_uv(self, readable: tuple[Path, ...] = (), tell: Tell = ignore) -> Uv:
        temporary = self._folder / _TEMPORARY
        temporary.mkdir(parents=True, exist_ok=True)
        return Uv(
            find_uv(self._uv),
            cache=self._cache,
            work=temporary,
            limit_s=self._build_limit_s,
            variables=self._variables,
            hidden=self._hidden,
            readable=readable,
            tell=tell,
        )

    def _home(self, key: str) -> Home:
        return Home(self._folder / key)

    def _homes(self) -> list[Home]:
        reserved = (_LOCKS, _CACHE, _TEMPORARY)
        return [Home(one) for one in self._folder.iterdir() if one.name not in reserved]

    def _lock(self, home: Home) -> Path:
        return self._folder / _LOCKS / home.folder.name


def _outliving[T](work: Callable[[], T]) -> T:
    """What the work comes to, begun again when its builder was killed. Raises BuilderKilled."""
    for tried in range(1, KILLED_TRIES + 1):
        try:
            return work()
        except BuilderKilled as killed:
            logger.warning("Try %s of %s: %s", tried, KILLED_TRIES, killed)
            last = killed
    raise BuilderKilled(
        f"{last.reason} It was tried {KILLED_TRIES} times. "
        "Give the service more memory, or try again later.",
        log=last.log,
    ) from last
