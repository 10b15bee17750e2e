"""Scorers: processes that score by a resolved deployment, its model and code on the disk."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from shared.domain.asset import AssetId
from shared.domain.environment import MadeEnvironment, Pin
from shared.domain.errors import ModelMissing
from shared.domain.resolved_deployment import Location, ResolvedDeployment
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.recorded import Versions, differences, of_environment, of_service
from shared.scoring.environments.sources import (
    for_mlflow,
    of_conda,
    of_image,
    of_model,
    read_mlmodel,
)
from shared.scoring.environments.spec import EnvironmentFailed, EnvironmentSpec, Tell, ignore
from shared.scoring.models.model_cache import ModelCache
from shared.scoring.models.stateless import is_stateless
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.spec import InitFailed, ScorerSpec
from shared.stores.registry import Registry

RECIPES_KEPT = 64


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
        self._wanted_of = lru_cache(RECIPES_KEPT)(self._wanted)

    @contextmanager
    def scorer(
        self,
        recipe: ResolvedDeployment,
        *,
        capacity: int,
        job: str = "",
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Scorer]:
        """A warm process that scores by this recipe, for one bundle of the job.

        Raises InitFailed, EnvironmentFailed, ModelMissing when the files are gone, and
        ScoringStopped once `is_stopped` says so.
        """
        spec, most = self._spec(recipe), min(capacity, self._most or capacity)
        with self._pool.lease(
            spec, capacity=most, most=self._most, job=job, is_stopped=is_stopped
        ) as scorer:
            yield scorer

    def init_tries(self, recipe: ResolvedDeployment) -> int:
        """How often what scores by this recipe may fail to load, one time after the other."""
        return self._pool.init_tries(recipe.fingerprint)

    def retry_loading[T](
        self,
        recipe: ResolvedDeployment,
        work: Callable[[], T],
        note_failure: Callable[[InitFailed], None],
    ) -> T:
        """Do the work that needs a scorer, again while none loads; the last failure is raised.

        `note_failure` hears of each process that did not load.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return work()
            except (InitFailed, ModelMissing, EnvironmentFailed) as failure:
                if isinstance(failure, InitFailed):
                    note_failure(failure)
                if tries >= self.init_tries(recipe):
                    raise

    def finish(self, job: str) -> None:
        """All is scored: have this machine's processes write what they have left to write."""
        self._pool.finish(job)

    def release(self, job: str) -> None:
        """The job is over: processes that have served it go."""
        self._pool.release(job)

    def prepare(self, recipe: ResolvedDeployment, tell: Tell = ignore) -> MadeEnvironment:
        """Build what scores by this recipe, and say every version of it.

        `tell` hears what the builder prints. Raises EnvironmentFailed, and ModelMissing.
        """
        wanted = self._asked(recipe)
        if wanted is None:
            return MadeEnvironment()
        if self._environments.satisfied_by_own(wanted):
            return self._compared(MadeEnvironment(notes=wanted.notes), recipe, of_service)
        pin: Pin | None = None
        if not wanted.local_packages:
            wanted = self._environments.pin(wanted, tell)
            pin = Pin(python=wanted.python, packages=wanted.packages)
        python = self._environments.ensure(wanted, tell)
        made = MadeEnvironment(pin=pin, notes=self._environments.notes(wanted))
        return self._compared(made, recipe, of_environment(python), wanted.python)

    def _compared(
        self,
        made: MadeEnvironment,
        recipe: ResolvedDeployment,
        versions: Versions,
        python: str = "",
    ) -> MadeEnvironment:
        """With what the model was saved with and does not get; scripts load what they like."""
        if recipe.script:
            return made
        described = read_mlmodel(self._folders.fetch(recipe.model_location))
        return made.differing(*differences(described, versions, python))

    def _interpreter(self, recipe: ResolvedDeployment) -> str:
        """The Python that scores by this recipe, built if need be: another machine made it."""
        wanted = self._asked(recipe)
        if wanted is None or self._environments.satisfied_by_own(wanted):
            return sys.executable
        return str(self._environments.ensure(wanted))

    def _asked(self, recipe: ResolvedDeployment) -> EnvironmentSpec | None:
        made = recipe.made
        if made.pin is not None:
            return EnvironmentSpec(made.pin.python, made.pin.packages, made.notes)
        asked = (recipe.model_location, recipe.environment)
        wanted = self._wanted_of(*asked, has_script=bool(recipe.script))
        if wanted is not None and not all(one.exists() for one in wanted.local_packages):
            self._wanted_of.cache_clear()  # somebody removed the model's folder: fetch it again
            wanted = self._wanted_of(*asked, has_script=bool(recipe.script))
        return wanted

    def close(self) -> None:
        self._pool.close()

    def _wanted(
        self, model: Location, asset: AssetId | None, *, has_script: bool
    ) -> EnvironmentSpec | None:
        """The deployment's own environment, else its MLflow model's, else the service's (None)."""
        if asset is not None:
            environment = self._registry.environment(asset)
            text, image = environment.conda_file, environment.image
            wanted = of_conda(text) if text else EnvironmentSpec()
            if image:
                wanted = wanted.noting(*of_image(image).notes)
            return wanted if has_script else for_mlflow(wanted)
        if has_script:
            return None
        return of_model(self._folders.fetch(model))

    def _spec(self, recipe: ResolvedDeployment) -> ScorerSpec:
        python, code = self._interpreter(recipe), recipe.code_location
        model = self._folders.fetch(recipe.model_location)
        return ScorerSpec(
            fingerprint=recipe.fingerprint,
            kind="script" if recipe.script else "mlflow",
            python=python,
            model_dir=model,
            environment=tuple(sorted(recipe.environment_variables.items())),
            logging_level=recipe.logging_level,
            packages=_packages() if python == sys.executable else (),
            code_dir=self._folders.fetch(code) if code else None,
            script=recipe.script,
            memory_limit_mb=self._memory_mb,
            batch_predict=recipe.batch_predict,
            writable=self._writable,
            hidden=self._hidden,
            is_stateless=not recipe.script and is_stateless(model),
        )


def _packages() -> tuple[Path, ...]:
    """Where the libraries lie, if not with the interpreter: Azure puts them beside the app."""
    folders = (Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    return tuple(folder for folder in folders if not folder.is_relative_to(sys.prefix))
