"""The implementations behind the ports, chosen once per process from the settings."""

import atexit
import logging
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.entra import TokenVerifier
from shared.adapters.scratch import own_folder
from shared.api.auth import Verifier
from shared.domain.job import JobSpec
from shared.ports import Blobs
from shared.scoring.downloads import Downloads
from shared.scoring.pool import ScorerPool
from shared.scoring.spec import ScorerSpec
from shared.scoring.worker import Scorer
from shared.settings import Settings
from shared.stores import jobs as job_store
from shared.stores import registry as registry_store
from shared.stores.inputs import Datastores, Inputs
from shared.stores.jobs import Jobs
from shared.stores.model_cache import ModelCache
from shared.stores.plans import Plans
from shared.stores.predictions import Predictions
from shared.stores.registry import Registry
from shared.stores.reports import Reports
from shared.stores.results import Results
from shared.stores.watch import Watch

# Small reads of one closing shard, side by side.
READERS = 8
_creation = threading.Lock()


@dataclass(frozen=True)
class Services:
    """What activities and handlers work with."""

    settings: Settings
    verifier: Verifier
    registry: Registry
    jobs: Jobs
    datastores: Datastores
    inputs: Inputs
    plans: Plans
    results: Results
    predictions: Predictions
    reports: Reports
    watch: Watch
    models: ModelCache
    downloads: Downloads
    scorers: ScorerPool
    blobs: Blobs
    scratch: Path

    @contextmanager
    def scorer(self, spec: JobSpec) -> Iterator[Scorer]:
        """A warm scorer process for the job's deployment, for one bundle.

        Raises InitFailed, and ModelMissing when the model's files are gone.
        """
        process = ScorerSpec(
            fingerprint=spec.fingerprint,
            kind="mlflow",
            python=sys.executable,
            model_dir=self.models.fetch(spec.model_location),
            environment=tuple(sorted(spec.settings.environment_variables.items())),
            logging_level=spec.settings.logging_level,
            packages=_packages(),
        )
        most = self.settings.scorer_processes or spec.settings.parallelism
        with self.scorers.lease(process, capacity=min(most, spec.settings.parallelism)) as scorer:
            yield scorer


def services() -> Services:
    """The process's services; raises ServiceUnavailable while the store does not answer."""
    with _creation:
        return _services()


@lru_cache(maxsize=1)
def _services() -> Services:
    # At its usual level the storage SDK logs every request with all its headers.
    logging.getLogger("azure").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    blobs, account_url = _blobs(settings)
    for container in (
        registry_store.CONTAINER,
        job_store.CONTAINER,
        settings.default_container,
    ):
        blobs.ensure_container(container)
    chosen = build(settings, blobs, account_url)
    atexit.register(chosen.scorers.close)
    return chosen


def build(settings: Settings, blobs: Blobs, account_url: str) -> Services:
    """Services over a store; `account_url` is what that store's blob URLs begin with."""
    verifier = TokenVerifier(settings.auth_issuer, settings.auth_audiences, settings.auth_jwks_url)
    registry = Registry(blobs)
    datastores = Datastores({settings.default_datastore: settings.default_container}, account_url)
    results = Results(blobs, ThreadPoolExecutor(READERS, thread_name_prefix="records"))
    downloads = ThreadPoolExecutor(settings.downloads_at_once, thread_name_prefix="downloads")
    scratch = own_folder(settings.scratch_folder / "processes")
    return Services(
        settings=settings,
        verifier=verifier,
        registry=registry,
        jobs=Jobs(blobs),
        datastores=datastores,
        inputs=Inputs(blobs, registry, datastores),
        plans=Plans(blobs),
        results=results,
        predictions=Predictions(blobs, results),
        reports=Reports(blobs, results),
        watch=Watch(blobs),
        models=ModelCache(blobs, settings.scratch_folder / "models", downloads),
        downloads=Downloads(blobs, downloads),
        scorers=ScorerPool(scratch=scratch / "scorers", idle_s=settings.scorer_idle_s),
        blobs=blobs,
        scratch=scratch / "bundles",
    )


def _packages() -> tuple[Path, ...]:
    """Where the libraries lie, if not with the interpreter: Azure puts them beside the app."""
    folders = (Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    return tuple(folder for folder in folders if not folder.is_relative_to(sys.prefix))


def _blobs(settings: Settings) -> tuple[Blobs, str]:
    if settings.storage_connection_string:
        account = AzureAccount.from_connection_string(settings.storage_connection_string)
        return AzureBlobs(account), account.service.url.rstrip("/")
    if not settings.storage_account_url:
        raise ValueError(
            "Neither STORAGE_CONNECTION_STRING nor STORAGE_ACCOUNT_URL is set. "
            "Set one of them to say where the service keeps its data."
        )
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415  # half a second to import

    blobs = AzureBlobs.from_account(settings.storage_account_url, DefaultAzureCredential())
    return blobs, settings.storage_account_url.rstrip("/")
