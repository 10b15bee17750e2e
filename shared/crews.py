"""Crews: the scorer processes of a recipe - its interpreter, its model and code on the disk."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.domain.recipe import Recipe
from shared.scoring.environments import Environments, EnvironmentSpec, of_conda, of_image, of_model
from shared.scoring.pool import ScorerPool
from shared.scoring.spec import ScorerSpec
from shared.scoring.worker import Scorer
from shared.stores.model_cache import ModelCache
from shared.stores.registry import Registry


class Crews:
    """Thread-safe. `most` is the most processes of one deployment on this machine; 0: no limit."""

    def __init__(
        self,
        pool: ScorerPool,
        folders: ModelCache,
        environments: Environments,
        registry: Registry,
        most: int,
    ) -> None:
        self._pool = pool
        self._folders = folders
        self._environments = environments
        self._registry = registry
        self._most = most

    @contextmanager
    def scorer(self, recipe: Recipe, *, capacity: int) -> Iterator[Scorer]:
        """A warm process that scores by this recipe, for one bundle.

        Raises InitFailed, EnvironmentFailed, and ModelMissing when the files are gone.
        """
        spec = self._spec(recipe)
        with self._pool.lease(spec, capacity=min(capacity, self._most or capacity)) as scorer:
            yield scorer

    def interpreter(self, recipe: Recipe) -> str:
        """The Python that scores by this recipe, built if need be.

        Raises EnvironmentFailed, and ModelMissing.
        """
        wanted = self._wanted(recipe)
        if wanted is None or self._environments.satisfied_by_own(wanted):
            return sys.executable
        return str(self._environments.ensure(wanted))

    def close(self) -> None:
        self._pool.close()

    def _wanted(self, recipe: Recipe) -> EnvironmentSpec | None:
        """The deployment's own environment, else its MLflow model's, else the service's (None)."""
        if recipe.environment is not None:
            environment = self._registry.environment(recipe.environment)
            if environment.conda_file:
                return of_conda(environment.conda_file)
            return of_image(environment.image)
        if recipe.script:
            return None
        return of_model(self._folders.fetch(recipe.model_location))

    def _spec(self, recipe: Recipe) -> ScorerSpec:
        python = self.interpreter(recipe)
        is_own = python == sys.executable
        common = {
            "fingerprint": recipe.fingerprint,
            "python": python,
            "model_dir": self._folders.fetch(recipe.model_location),
            "environment": tuple(sorted(recipe.environment_variables.items())),
            "logging_level": str(recipe.logging_level),
            "packages": _packages() if is_own else (),
        }
        if recipe.code_location is None:
            return ScorerSpec(kind="mlflow", **common)
        code = self._folders.fetch(recipe.code_location)
        return ScorerSpec(kind="script", code_dir=code, script=recipe.script, **common)


def _packages() -> tuple[Path, ...]:
    """Where the libraries lie, if not with the interpreter: Azure puts them beside the app."""
    folders = (Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    return tuple(folder for folder in folders if not folder.is_relative_to(sys.prefix))
