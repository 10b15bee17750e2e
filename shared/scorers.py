"""Scorers: processes that score by a resolved deployment, its model and code on the disk."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from shared.domain.asset import AssetId
from shared.domain.environment import BuiltEnvironment, Pin
from shared.domain.errors import ModelMissing
from shared.domain.minibatch import NO_MINIBATCHES, Span
from shared.domain.provisioning_stage import Stage
from shared.domain.resolved_deployment import Location, ResolvedDeployment
from shared.scoring.environments.default_environment import settled
from shared.scoring.environments.disk_usage import usage
from shared.scoring.environments.environment_spec import (
    NOBODY_LISTENS,
    EnvironmentFailed,
    EnvironmentSpec,
    Listener,
)
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.own_packages import own_packages
from shared.scoring.environments.recorded_versions import (
    Versions,
    differences,
    of_environment,
    of_service,
)
from shared.scoring.environments.sources import (
    for_mlflow,
    of_conda,
    of_image,
    of_model,
    read_mlmodel,
)
from shared.scoring.models.model_cache import ModelCache
from shared.scoring.models.stateless import is_stateless
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import InitFailed, ScorerSpec
from shared.stores.registry import Registry

ENVIRONMENTS_CACHED = 64


class Scorers:
    """Thread-safe.

    `most` is the most processes of one deployment on this machine, and `memory_mb` the most memory
    of each; 0: no limit. `writable` are folders that all of them may write into, and `hidden` those
    that none of them may read.
    """

    def __init__(
        self,
        pool: ScorerPool,
        folders: ModelCache,
        environments: Environments,
        registry: Registry,
        *,
        most: int,
        memory_mb: int,
        writable: tuple[Path, ...] = (),
        hidden: tuple[Path, ...] = (),
    ) -> None:
        self._pool = pool
        self._folders = folders
        self._environments = environments
        self._registry = registry
        self._most = most
        self._memory_mb = memory_mb
        self._writable = writable
        self._hidden = hidden
        # Asked for each bundle; models and environments are immutable versions.
        self._environment_of = lru_cache(ENVIRONMENTS_CACHED)(self._read_environment)

    @contextmanager
    def scorer(
        self,
        resolved: ResolvedDeployment,
        *,
        capacity: int,
        job: str = "",
        span: Span = NO_MINIBATCHES,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Scorer]:
        """A warm process that scores by the deployment, for one bundle of the job: its `span`.

        Raises InitFailed, EnvironmentFailed, ModelMissing when the files are gone, and
        ScoringStopped once `is_stopped` says so.
        """
        spec = self._spec(resolved)
        with self._pool.lease(
            spec, capacity=capacity, most=self._most, job=job, span=span, is_stopped=is_stopped
        ) as scorer:
            yield scorer

    def warm_up(
        self, resolved: ResolvedDeployment, *, capacity: int, is_stopped: Callable[[], bool]
    ) -> None:
        """A job is about to ask for a scorer: fetch what it takes, and load one, meanwhile."""
        self._pool.warm_up(
            lambda: self._spec(resolved), capacity=capacity, most=self._most, is_stopped=is_stopped
        )

    def must_yield(self, of: ResolvedDeployment, job: str, held_s: float, left_s: float) -> bool:
        """Whether somebody waits for a scorer that this job has had for so long."""
        return self._pool.must_yield(of.fingerprint, job, held_s, left_s)

    def init_tries(self, resolved: ResolvedDeployment) -> int:
        """How often what scores by the deployment may fail to load, one time after the other."""
        return self._pool.init_tries(resolved.fingerprint)

    def retry_loading[T](
        self,
        resolved: ResolvedDeployment,
        work: Callable[[], T],
        note_failure: Callable[[InitFailed], None],
    ) -> T:
        """Do the work that needs a scorer, again while none loads; the last failure is raised.

        `note_failure` is called for each process that did not load.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return work()
            except (InitFailed, ModelMissing, EnvironmentFailed) as failure:
                if isinstance(failure, InitFailed):
                    note_failure(failure)
                if tries >= self.init_tries(resolved):
                    raise

    def finish(self, job: str) -> None:
        """All is scored: have this machine's processes write what they have left to write."""
        self._pool.finish(job)

    def release(self, job: str) -> None:
        """The job is over: processes that have served it go."""
        self._pool.release(job)

    def fetch(self, resolved: ResolvedDeployment) -> None:
        """Have the model and the code on this machine. Raises ModelMissing."""
        for location in (resolved.model_location, resolved.code_location):
            if location is not None:
                self._folders.fetch(location)

    def sweep(self, *, is_dry: bool) -> list[tuple[str, int]]:
        """Remove models of this machine that nobody used in a long time: names, and bytes."""
        sizes = {home: usage(home) for home in self._folders.unused()}
        gone = sizes if is_dry else self._folders.sweep()
        return [(str(home), sizes.get(home, 0)) for home in gone]

    def prepare(
        self, resolved: ResolvedDeployment, listener: Listener = NOBODY_LISTENS
    ) -> BuiltEnvironment:
        """Build what scores by the deployment, and say every version of it.

        Raises EnvironmentFailed, and ModelMissing.
        """
        if not resolved.script:
            listener.enter(Stage.DOWNLOADING_MODEL, str(resolved.model))
        spec = self._specify_environment(resolved)
        if spec is None:
            return BuiltEnvironment()
        if self._environments.satisfied_by_own(spec):
            return self._note_differences(BuiltEnvironment(notes=spec.notes), resolved, of_service)
        pin: Pin | None = None
        if not spec.local_packages:
            spec = self._environments.pin(spec, listener)
            pin = Pin(python=spec.python, packages=spec.packages)
        python = self._environments.ensure(spec, listener)
        built = BuiltEnvironment(pin=pin, notes=self._environments.notes(spec))
        return self._note_differences(built, resolved, of_environment(python), spec.python)

    def _note_differences(
        self,
        built: BuiltEnvironment,
        resolved: ResolvedDeployment,
        versions: Versions,
        python: str = "",
    ) -> BuiltEnvironment:
        """With what the model was saved with and does not get; scripts load what they like."""
        if resolved.script:
            return built
        described = read_mlmodel(self._folders.fetch(resolved.model_location))
        return built.differing(*differences(described, versions, python))

    def _interpreter(self, resolved: ResolvedDeployment) -> str:
        """The Python that scores by the deployment, built if need be: another machine made it."""
        spec = self._specify_environment(resolved)
        if spec is None or self._environments.satisfied_by_own(spec):
            return sys.executable
        return str(self._environments.ensure(spec))

    def _specify_environment(self, resolved: ResolvedDeployment) -> EnvironmentSpec | None:
        built = resolved.built_environment
        if built.pin is not None:
            return EnvironmentSpec(built.pin.python, built.pin.packages, built.notes)
        source = (resolved.model_location, resolved.environment)
        spec = self._environment_of(*source, has_script=bool(resolved.script))
        if spec is not None and not all(one.exists() for one in spec.local_packages):
            self._environment_of.cache_clear()  # the model's folder was removed: fetch it again
            spec = self._environment_of(*source, has_script=bool(resolved.script))
        return spec

    def close(self) -> None:
        self._pool.close()

    def _read_environment(
        self, model: Location, asset: AssetId | None, *, has_script: bool
    ) -> EnvironmentSpec | None:
        asked = self._read_asked(model, asset, has_script=has_script)
        return settled(asked, self._environments.satisfied_by_own)

    def _read_asked(
        self, model: Location, asset: AssetId | None, *, has_script: bool
    ) -> EnvironmentSpec | None:
        """The deployment's own environment, else its MLflow model's, else the service's (None)."""
        if asset is not None:
            environment = self._registry.environment(asset)
            text, image = environment.conda_file, environment.image
            spec = of_conda(text) if text else EnvironmentSpec()
            if image:
                spec = spec.noting(*of_image(image).notes)
            return spec if has_script else for_mlflow(spec)
        return None if has_script else of_model(self._folders.fetch(model))

    def _spec(self, resolved: ResolvedDeployment) -> ScorerSpec:
        python, code = self._interpreter(resolved), resolved.code_location
        model = self._folders.fetch(resolved.model_location)
        return ScorerSpec(
            fingerprint=resolved.fingerprint,
            kind="script" if resolved.script else "mlflow",
            python=python,
            model_dir=model,
            environment=tuple(sorted(resolved.environment_variables.items())),
            logging_level=resolved.logging_level,
            packages=own_packages() if python == sys.executable else (),
            code_dir=self._folders.fetch(code) if code else None,
            script=resolved.script,
            memory_limit_mb=self._memory_mb,
            batch_predict=resolved.batch_predict,
            writable=self._writable,
            hidden=self._hidden,
            is_stateless=not resolved.script and is_stateless(model),
        )
