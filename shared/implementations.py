"""The implementations that the settings choose: storage account, trust in tokens, scorers."""

import logging
import os
import tempfile
from concurrent.futures import Executor
from datetime import timedelta
from pathlib import Path

from shared.adapters.azure_account import AzureAccount
from shared.adapters.entra import Trust
from shared.adapters.entra_sign_in import OF_ENTRA, EntraApplication, EntraSignIn
from shared.adapters.scratch import make_own_folder
from shared.adapters.service_identity import service_identity
from shared.domain.datastore import ARTIFACT_CONTAINER, ARTIFACT_STORE, DEFAULT_STORE
from shared.domain.errors import BatchError
from shared.domain.job import JobStatus
from shared.domain.watch import INBOX_CONTAINER, INBOX_STORE
from shared.observed import observer
from shared.ports import Blobs
from shared.scorers import Scorers
from shared.scoring.environments.environments import Bound, Environments
from shared.scoring.models.model_cache import ModelCache
from shared.scoring.scorer.gpu_query import find_gpus
from shared.scoring.scorer.gpus import Gpus
from shared.scoring.scorer.plain_code import may_import_ahead
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import JobCourse
from shared.settings import Settings
from shared.stores import job_index
from shared.stores import jobs as job_store
from shared.stores import registry as registry_store
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry
from shared.telemetry.instance_gauges import watch_instance

_log = logging.getLogger(__name__)

# Core Tools' settings beside the app, connection strings among them.
OF_DEVELOPERS = (Path(__file__).parent.parent / "local.settings.json",)


def choose_account(settings: Settings) -> AzureAccount:
    """The storage account; raises ValueError when no setting names one."""
    if settings.storage_connection_string:
        return AzureAccount.from_connection_string(settings.storage_connection_string)
    if not settings.storage_account_url:
        raise ValueError(
            "Neither STORAGE_CONNECTION_STRING nor STORAGE_ACCOUNT_URL is set. "
            "Set one of them to say where the service keeps its data."
        )
    return AzureAccount.from_account(settings.storage_account_url, service_identity())


def choose_trust(settings: Settings) -> Trust:
    """Whose tokens count, and for what."""
    return Trust(
        issuers=settings.auth_issuer,
        audiences=settings.auth_audiences,
        jwks_url=settings.auth_jwks_url,
        tenant=settings.auth_tenant,
        assignments=settings.role_assignments,
    )


def choose_entra(settings: Settings) -> EntraSignIn:
    """How people sign in to the Studio by Entra ID."""
    audience = settings.auth_audiences[0].rstrip("/") if settings.auth_audiences else ""
    return EntraSignIn(
        EntraApplication(
            settings.studio_client_id,
            settings.studio_client_secret,
            _authority(settings),
            settings.studio_scope or f"{audience}/.default",
        )
    )


def _authority(settings: Settings) -> str:
    """Where the tenant signs its people in."""
    for issuer in settings.auth_issuer:
        if issuer.startswith(OF_ENTRA):
            return issuer.rstrip("/").removesuffix("/v2.0")
    return f"{OF_ENTRA}{settings.auth_tenant or 'organizations'}"


def make_scorers(
    settings: Settings,
    blobs: Blobs,
    registry: Registry,
    downloads: Executor,
    jobs: Jobs,
) -> Scorers:
    """The scorers of this process, in a scratch folder of its own."""
    base = settings.scratch_folder
    pool = ScorerPool(
        scratch=make_own_folder(base / "processes"),
        temporary=_temporary(),
        idle_s=settings.scorer_idle_s,
        prepared=settings.scorer_prepared,
        prepared_idle_s=settings.scorer_prepared_idle_s,
        may_import_ahead=may_import_ahead,
        course_of=lambda job: _course_of(job, jobs),
        gpus=Gpus(lambda: find_gpus(settings.nvidia_smi), settings.scorers_per_gpu),
    )
    watch_instance(observer().telemetry, pool)
    of_developers = (one for one in OF_DEVELOPERS if one.exists())
    hidden = (*settings.scorer_hidden_folders, *of_developers)
    return Scorers(
        pool,
        ModelCache(blobs, base / "models", downloads, _unused(settings)),
        make_environments(settings, hidden),
        registry,
        most=settings.scorer_processes,
        memory_mb=settings.scorer_memory_mb,
        writable=settings.scorer_writable_folders,
        hidden=hidden,
    )


def make_environments(settings: Settings, hidden: tuple[Path, ...] = ()) -> Environments:
    """Built in the chosen folder, which others may use, too; or in the scratch folder."""
    chosen = settings.environments_folder
    is_shared = chosen is not None and _can_be_written(chosen)
    unused = timedelta(seconds=settings.environment_unused_s)
    return Environments(
        chosen if chosen and is_shared else settings.scratch_folder / "environments",
        build_limit_s=settings.environment_build_limit_s,
        keep=_bound(settings),
        spare_bytes=settings.environments_spare_mb * 10**6,
        baked=chosen,
        shared_unused=unused if is_shared else None,
        hidden=hidden,
    )


def _can_be_written(chosen: Path) -> bool:
    """A folder that is missing is made: the first instance finds a new share empty."""
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _log.warning(
            "ENVIRONMENTS_FOLDER '%s' is not there, and cannot be made: %s. Environments are built "
            "in the scratch folder. Mount the share, or set another folder.",
            chosen,
            error.strerror,
        )
        return False
    return os.access(chosen, os.W_OK)


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
    return make_own_folder(Path(tempfile.gettempdir()) / f"batch-{os.getuid()}")


def _unused(settings: Settings) -> timedelta | None:
    """After how long a model leaves the disk."""
    return timedelta(days=settings.scratch_days) if settings.scratch_days else None


def _bound(settings: Settings) -> Bound | None:
    if not settings.environments_mb:
        return None
    unused = timedelta(seconds=settings.environment_unused_s)
    return Bound(bytes=settings.environments_mb << 20, unused=unused)


def containers(settings: Settings) -> tuple[str, ...]:
    """All that the service writes to, made at its start."""
    return (
        registry_store.CONTAINER,
        job_store.CONTAINER,
        job_index.CONTAINER,
        settings.default_container,
        ARTIFACT_CONTAINER,
        INBOX_CONTAINER,
    )


def built_in_datastores(settings: Settings) -> dict[str, str]:
    """The datastores that are always there: the default, and those the official client expects."""
    return {
        settings.default_datastore: settings.default_container,
        DEFAULT_STORE: settings.default_container,
        ARTIFACT_STORE: ARTIFACT_CONTAINER,
        INBOX_STORE: INBOX_CONTAINER,
    }
