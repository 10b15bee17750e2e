"""The implementations that the settings choose: storage account, trust in tokens, scorers."""

import os
import tempfile
from concurrent.futures import Executor
from datetime import timedelta
from pathlib import Path

from shared.adapters.azure_account import AzureAccount
from shared.adapters.entra import Trust
from shared.adapters.scratch import own_folder
from shared.domain.errors import BatchError
from shared.domain.job import JobStatus
from shared.ports import Blobs
from shared.scorers import Scorers
from shared.scoring.environments.environments import Bound, Environments
from shared.scoring.models.model_cache import ModelCache
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.spec import JobCourse
from shared.settings import Settings
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry

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
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415  # half a second to import

    return AzureAccount.from_account(settings.storage_account_url, DefaultAzureCredential())


def choose_trust(settings: Settings) -> Trust:
    """Whose tokens count, and for what."""
    return Trust(
        issuers=settings.auth_issuer,
        audiences=settings.auth_audiences,
        jwks_url=settings.auth_jwks_url,
        tenant=settings.auth_tenant,
        assignments=settings.role_assignments,
    )


def make_scorers(
    settings: Settings,
    blobs: Blobs,
    registry: Registry,
    downloads: Executor,
    jobs: Jobs,
) -> Scorers:
    """The scorers of this process, in a scratch folder of its own."""
    base = settings.scratch_folder
    of_developers = (one for one in OF_DEVELOPERS if one.exists())
    hidden = (*settings.scorer_hidden_folders, *of_developers)
    return Scorers(
        ScorerPool(
            scratch=own_folder(base / "processes"),
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


def _bound(settings: Settings) -> Bound | None:
    if not settings.environments_mb:
        return None
    unused = timedelta(seconds=settings.environment_unused_s)
    return Bound(bytes=settings.environments_mb << 20, unused=unused)
