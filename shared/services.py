"""The implementations behind the ports, chosen once per process from the settings."""

import atexit
import logging
import os
import tempfile
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import signer_of
from shared.adapters.entra import TokenVerifier, Trust
from shared.adapters.scratch import own_folder
from shared.application.put_deployment import PutDeployment
from shared.application.register_asset import RegisterAsset
from shared.domain.datastore import (
    ARTIFACT_CONTAINER,
    ARTIFACT_STORE,
    DEFAULT_STORE,
    StorageAccount,
)
from shared.domain.errors import BatchError
from shared.domain.job import JobStatus
from shared.ports import Blobs, Signer, Verifier
from shared.scorers import Scorers
from shared.scoring.downloads import Downloads
from shared.scoring.environments.environments import Bound, Environments
from shared.scoring.model_cache import ModelCache
from shared.scoring.pool import ScorerPool
from shared.scoring.spec import JobCourse
from shared.settings import Settings
from shared.stores import job_index
from shared.stores import jobs as job_store
from shared.stores import registry as registry_store
from shared.stores.code_hashes import CodeHashes
from shared.stores.computes import Computes
from shared.stores.datastores import Datastores
from shared.stores.deployment_logs import DeploymentLogs
from shared.stores.ends import Ends
from shared.stores.inputs import Inputs
from shared.stores.job_signals import JobSignals
from shared.stores.jobs import Jobs
from shared.stores.log_links import LogLinks
from shared.stores.log_reader import LogReader
from shared.stores.plans import Plans
from shared.stores.predictions import Predictions
from shared.stores.recipes import Recipes
from shared.stores.registry import Registry
from shared.stores.reports import Reports
from shared.stores.results import Results
from shared.stores.script_logs import ScriptLogs
from shared.stores.side_files import SideFiles
from shared.stores.uploads import Uploads

# Small reads of one closing shard, side by side.
READERS = 8
# Side files on their way: a script may write one for each input.
WRITERS = 8
# Core Tools' settings beside the app, connection strings among them.
OF_DEVELOPERS = (Path(__file__).parent.parent / "local.settings.json",)
_creation = threading.Lock()


@dataclass(frozen=True)
class Services:
    """What activities and handlers work with."""

    settings: Settings
    verifier: Verifier
    registry: Registry
    jobs: Jobs
    log_reader: LogReader
    log_links: LogLinks
    datastores: Datastores
    computes: Computes
    uploads: Uploads
    code_hashes: CodeHashes
    signer: Signer
    inputs: Inputs
    plans: Plans
    results: Results
    predictions: Predictions
    reports: Reports
    script_logs: ScriptLogs
    deployment_logs: DeploymentLogs
    side_files: SideFiles
    ends: Ends
    signals: JobSignals
    downloads: Downloads
    scorers: Scorers
    recipes: Recipes
    blobs: Blobs
    put_deployment: PutDeployment
    register_asset: RegisterAsset


def services() -> Services:
    """The process's services; raises ServiceUnavailable while the store does not answer."""
    with _creation:
        return _services()


@lru_cache(maxsize=1)
def _services() -> Services:
    # At its usual level the storage SDK logs every request with all its headers.
    logging.getLogger("azure").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    account = _account(settings)
    blobs = AzureBlobs(account)
    for container in (
        registry_store.CONTAINER,
        job_store.CONTAINER,
        job_index.CONTAINER,
        settings.default_container,
        ARTIFACT_CONTAINER,
    ):
        blobs.ensure_container(container)
    chosen = build(settings, blobs, account.url, signer_of(account))
    atexit.register(chosen.scorers.close)
    return chosen


def _trust(settings: Settings) -> Trust:
    return Trust(
        issuers=settings.auth_issuer,
        audiences=settings.auth_audiences,
        jwks_url=settings.auth_jwks_url,
        tenant=settings.auth_tenant,
        assignments=settings.role_assignments,
    )


def build(settings: Settings, blobs: Blobs, account_url: str, signer: Signer) -> Services:
    """Services over a store; `account_url` is what that store's blob URLs begin with."""
    verifier = TokenVerifier(_trust(settings))
    registry = Registry(blobs)
    datastores = Datastores(registry, StorageAccount(url=account_url), _built_in(settings))
    inputs = Inputs(blobs, registry, datastores)
    computes = Computes(registry)
    uploads = Uploads(blobs)
    code_hashes = CodeHashes(blobs, registry, inputs)
    recipes = Recipes(blobs, registry, inputs, computes)
    deployment_logs = DeploymentLogs(blobs)
    jobs = Jobs(blobs)
    results = Results(blobs, ThreadPoolExecutor(READERS, thread_name_prefix="records"))
    downloads = ThreadPoolExecutor(settings.downloads_at_once, thread_name_prefix="downloads")
    scratch = own_folder(settings.scratch_folder / "processes")
    return Services(
        settings=settings,
        verifier=verifier,
        registry=registry,
        jobs=jobs,
        log_reader=LogReader(blobs),
        log_links=LogLinks(blobs),
        datastores=datastores,
        computes=computes,
        uploads=uploads,
        code_hashes=code_hashes,
        signer=signer,
        inputs=inputs,
        plans=Plans(blobs),
        results=results,
        predictions=Predictions(blobs, results),
        reports=Reports(blobs, results),
        script_logs=ScriptLogs(blobs),
        deployment_logs=deployment_logs,
        side_files=SideFiles(blobs, ThreadPoolExecutor(WRITERS, thread_name_prefix="side-files")),
        ends=Ends(blobs),
        signals=JobSignals(blobs),
        downloads=Downloads(blobs, downloads),
        scorers=_scorers(settings, scratch, blobs, registry, downloads, jobs),
        recipes=recipes,
        blobs=blobs,
        put_deployment=PutDeployment(registry, recipes, deployment_logs),
        register_asset=RegisterAsset(registry, inputs, uploads, code_hashes),
    )


def _scorers(
    settings: Settings,
    scratch: Path,
    blobs: Blobs,
    registry: Registry,
    downloads: Executor,
    jobs: Jobs,
) -> Scorers:
    base = settings.scratch_folder
    of_developers = (one for one in OF_DEVELOPERS if one.exists())
    hidden = (*settings.scorer_hidden_folders, *of_developers)
    return Scorers(
        ScorerPool(
            scratch=scratch,
            temporary=_temporary(),
            idle_s=settings.scorer_idle_s,
            course_of=lambda job: _course_of(job, jobs),
        ),
        ModelCache(blobs, base / "models", downloads),
        Environments(
            base / "environments",
            build_limit_s=settings.environment_build_limit_s,
            keep=_bound(settings),
            hidden=hidden,
        ),
        registry,
        most=settings.scorer_processes,
        memory_mb=settings.scorer_memory_mb,
        writable=settings.scorer_writable_folders,
        hidden=hidden,
    )


def _course_of(job: str, jobs: Jobs) -> JobCourse:
    """As its document says; a store that does not answer is no reason to end its processes."""
    try:
        found = jobs.find(job)
    except BatchError:
        return JobCourse.RUNNING
    status = found.state.status if found else JobStatus.RUNNING
    if status is JobStatus.FINALIZING:
        return JobCourse.ENDING
    return JobCourse.OVER if status.is_terminal else JobCourse.RUNNING


def _temporary() -> Path:
    """Where scripts' temporary folders lie: never deep, whatever the settings say."""
    return own_folder(Path(tempfile.gettempdir()) / f"batch-{os.getuid()}")


def _built_in(settings: Settings) -> dict[str, str]:
    """The datastores that are always there: the default, and those the official client expects."""
    return {
        settings.default_datastore: settings.default_container,
        DEFAULT_STORE: settings.default_container,
        ARTIFACT_STORE: ARTIFACT_CONTAINER,
    }


def _bound(settings: Settings) -> Bound | None:
    if not settings.environments_mb:
        return None
    unused = timedelta(seconds=settings.environment_unused_s)
    return Bound(bytes=settings.environments_mb << 20, unused=unused)


def _account(settings: Settings) -> AzureAccount:
    if settings.storage_connection_string:
        return AzureAccount.from_connection_string(settings.storage_connection_string)
    if not settings.storage_account_url:
        raise ValueError(
            "Neither STORAGE_CONNECTION_STRING nor STORAGE_ACCOUNT_URL is set. "
            "Set one of them to say where the service keeps its data."
        )
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415  # half a second to import

    return AzureAccount.from_account(settings.storage_account_url, DefaultAzureCredential())
