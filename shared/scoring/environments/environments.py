"""The environments of this machine: found in the app's own packages, or built once and kept.

1. What the app's interpreter satisfies is the app's interpreter.
2. What was built before is used again: a folder per content, on the local disk.
3. Else one process builds it, under a lock, and the others wait.
4. What could not be built is not tried again at once; a builder that was killed is replaced.
"""

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.domain.provisioning_stage import Stage
from shared.scoring.environments.app_packages import AppPackages
from shared.scoring.environments.baked import Baked
from shared.scoring.environments.build_tools import BuildTools
from shared.scoring.environments.disk_room import DiskFull, DiskRoom, is_no_space
from shared.scoring.environments.disk_usage import usage
from shared.scoring.environments.environment_folder import Built, EnvironmentFolder
from shared.scoring.environments.environment_spec import (
    NOBODY_LISTENS,
    BuilderKilled,
    EnvironmentFailed,
    EnvironmentSpec,
    Listener,
    attach_notes,
)
from shared.scoring.environments.file_lock import hold_lock
from shared.scoring.environments.package_cache import PackageCache
from shared.scoring.environments.storeroom import Storeroom
from shared.scoring.environments.tidying import Tidying

# torch with CUDA is 3 GB to download and to unpack.
BUILD_LIMIT_S = 1800.0
# The mini-batches of one wave need not find out one by one; a repaired index is noticed soon.
FAILURE_REMEMBERED_S = 60.0
# The kernel kills whom it likes when memory is short: the next one may live.
KILLED_TRIES = 3

logger = logging.getLogger(__name__)


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
        own_packages: AppPackages | None = None,
        uv: str | None = None,
        cache: Path | None = None,
        build_limit_s: float = BUILD_LIMIT_S,
        failure_remembered_s: float = FAILURE_REMEMBERED_S,
        keep: Bound | None = None,
        spare_bytes: int = 0,
        baked: Path | None = None,
        shared_unused: timedelta | None = None,
        variables: Mapping[str, str] = os.environ,
        hidden: tuple[Path, ...] = (),
    ) -> None:
        self._room = Storeroom(folder.absolute())
        self._disk = DiskRoom(self._room.folder, spare_bytes)
        self._own_python = own_python
        self._own_packages = own_packages or AppPackages()
        self._build_limit_s = build_limit_s
        self._failure_remembered_s = failure_remembered_s
        self._keep = keep
        self._baked = Baked(Storeroom(baked.absolute()) if baked else None)
        self._cache = PackageCache(self._room.cache)
        self._tools = BuildTools(
            *(self._room, self._disk, own_python, uv, cache or self._room.cache, build_limit_s),
            variables=variables,
            hidden=hidden,
        )
        self._tidying = Tidying(
            self._room, self._cache, failure_remembered_s, build_limit_s, shared_unused
        )
        self._own: dict[EnvironmentSpec, bool] = {}

    def satisfied_by_own(self, spec: EnvironmentSpec) -> bool:
        """Whether the app's interpreter is of that version and holds all of the packages."""
        if spec not in self._own:
            self._own[spec] = self._own_packages.satisfy(spec)
        return self._own[spec]

    def ensure(self, spec: EnvironmentSpec, listener: Listener = NOBODY_LISTENS) -> Path:
        """The environment's python, built if it is not there. Raises EnvironmentFailed."""
        if self.satisfied_by_own(spec):
            return Path(self._own_python)
        if baked := self._baked.find(spec):
            return baked.python
        home = self._room.home(spec.key)
        built = home.read_built()
        if built is None:
            with attach_notes(spec.notes):
                built = self._build(spec, home, listener)
            self._make_room(spare=home)
        home.touch()
        return built.python

    def notes(self, spec: EnvironmentSpec) -> tuple[str, ...]:
        """What the user should know: of the spec, and of the environment once it is built."""
        if self.satisfied_by_own(spec):
            return spec.notes
        built = self._baked.find(spec) or self._room.home(spec.key).read_built()
        return spec.noting(*(built.notes if built else ())).notes

    def pin(self, spec: EnvironmentSpec, listener: Listener = NOBODY_LISTENS) -> EnvironmentSpec:
        """The same with every version said, so that it is the same on every machine, for ever.

        Raises EnvironmentFailed when the packages do not go together.
        """
        if self.satisfied_by_own(spec):
            return spec
        if baked := self._baked.pinned(spec):
            return baked
        with attach_notes(spec.notes):
            return self._in_room(lambda: self._tools.builder(spec, listener).pin(spec))

    def bake(self, spec: EnvironmentSpec, listener: Listener = NOBODY_LISTENS) -> EnvironmentSpec:
        """Build it to stay, and remember what the request came to. Raises EnvironmentFailed."""
        pinned = self.pin(spec, listener)
        if not self.satisfied_by_own(spec):
            self.ensure(pinned, listener)
            self._baked.keep(spec, pinned)
        return pinned

    def drop_downloads(self) -> None:
        """All of them: nothing more is to be built here."""
        shutil.rmtree(self._room.cache, ignore_errors=True)
        shutil.rmtree(self._room.make_temporary(), ignore_errors=True)

    def evict(
        self, *, keep_bytes: int, keep_recent: timedelta, spare: EnvironmentFolder | None = None
    ) -> tuple[str, ...]:
        """Remove environments, the longest unused first, until the rest fits; returns their keys.

        Those used within `keep_recent` stay: scorer processes may still live in them. What was
        downloaded and is in no environment goes first, for it only saves time.
        """
        return self._tidying.evict(keep_bytes=keep_bytes, keep_recent=keep_recent, spare=spare)

    def _make_room(self, *, spare: EnvironmentFolder) -> None:
        """After a build; whether it works out is not that build's business."""
        if self._keep is None:
            return
        try:
            self.evict(keep_bytes=self._keep.bytes, keep_recent=self._keep.unused, spare=spare)
        except OSError:
            logger.warning("The environments in %s could not be tidied up.", self._room.folder)

    def _build(self, spec: EnvironmentSpec, home: EnvironmentFolder, listener: Listener) -> Built:
        def note_wait() -> None:
            listener.enter(Stage.WAITING_FOR_BUILD, "The same environment is being built already.")

        try:
            with hold_lock(self._room.lock(home), wait_s=self._build_limit_s, note_wait=note_wait):
                return home.read_built() or self._build_locked(spec, home, listener)
        except TimeoutError as error:
            raise EnvironmentFailed(
                f"Another process has been building the environment for "
                f"{self._build_limit_s:g} s. Try again later."
            ) from error

    def _build_locked(
        self, spec: EnvironmentSpec, home: EnvironmentFolder, listener: Listener
    ) -> Built:
        failure = home.recent_failure(self._failure_remembered_s)
        if failure is not None:
            listener.on_output(failure.log)
            raise failure
        try:
            return self._in_room(
                lambda: self._tools.builder(spec, listener).build(spec, home), home
            )
        except BuilderKilled:
            raise
        except EnvironmentFailed as failed:
            home.fail(failed)
            if isinstance(failed, DiskFull):
                self._tidying.trim_cache()
            raise

    def _in_room[T](self, work: Callable[[], T], home: EnvironmentFolder | None = None) -> T:
        """What the work comes to, begun again while others can make way. Raises DiskFull."""
        began = time.time()
        while True:
            try:
                return _outliving(work)
            except OSError as error:
                if not is_no_space(error):
                    raise
                full = DiskFull(str(error))
            except DiskFull as caught:
                full = caught
            told = self._disk.too_small(self._taken(home, began), full.log)
            self._tidying.forget()
            if not self._tidying.free_some(spare=home, since=began):
                raise told from full

    def _taken(self, home: EnvironmentFolder | None, since: float) -> int:
        """The disk that a build took."""
        return usage(*(home.folder,) if home else (), *self._cache.newer(since))


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
