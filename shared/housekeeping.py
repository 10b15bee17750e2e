"""Housekeeping, wired over a process's services: its walk, and what each phase may remove."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

from shared.application.clear_job import ClearJob
from shared.application.house_phases import HousePhase
from shared.application.keep_house import KeepHouse
from shared.application.purge_histories import PurgeHistories
from shared.application.sweep_jobs import SweepJobs
from shared.application.sweep_rest import SweepDeliveries, SweepScratch
from shared.application.sweep_signatures import SweepSignatures
from shared.application.sweep_uploads import SweepStartedUploads, SweepUploads
from shared.domain.housekeeping import Retention
from shared.housekeeping_settings import RemovedJobs
from shared.services import Services
from shared.settings import Settings
from shared.stores.cleared_jobs import ClearedJobs
from shared.stores.housekeeping_walks import HousekeepingWalks
from shared.stores.job_remains import JobRemainsStore
from shared.stores.registered_places import RegisteredPlaces
from shared.stores.signatures import Signatures

# Deletions side by side: each waits for the store.
DELETERS = 8


def retention_of(settings: Settings) -> Retention:
    return Retention(
        job_days=settings.job_days,
        jobs_kept=settings.jobs_kept,
        part_days=settings.part_days,
        log_days=settings.log_days,
        history_days=settings.history_days,
        started_upload_days=settings.started_upload_days,
        upload_days=settings.upload_days,
        removes_predictions=settings.predictions_of_removed_jobs is RemovedJobs.REMOVED,
    )


def keep_house(services: Services) -> KeepHouse:
    settings, blobs = services.settings, services.blobs
    retention, walks = retention_of(settings), HousekeepingWalks(blobs)
    jobs, places = ClearedJobs(blobs), RegisteredPlaces(services.registry, services.inputs)
    container = settings.default_container
    phases: tuple[HousePhase, ...] = (
        SweepJobs(
            jobs,
            _clear_job(services, jobs, retention),
            services.follow_job,
            walks,
            places,
            retention,
        ),
        PurgeHistories(retention),
        SweepStartedUploads(services.uploads, blobs, retention),
        SweepUploads(services.uploads, jobs, walks, places, blobs, container, retention),
        SweepDeliveries(services.callbacks.forget),
        SweepSignatures(Signatures(blobs), services.jobs),
        SweepScratch(lambda is_dry: services.scorers.sweep(is_dry=is_dry), settings.scratch_days),
    )
    return KeepHouse(walks, phases)


def _clear_job(services: Services, jobs: ClearedJobs, retention: Retention) -> ClearJob:
    callbacks = services.callbacks
    return ClearJob(
        jobs,
        JobRemainsStore(services.blobs, _deleters()),
        callbacks.announcements,
        callbacks.deliveries,
        callbacks.receivers,
        services.upload_records,
        services.look_into_job.sheets,
        retention,
    )


@cache
def _deleters() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(DELETERS, thread_name_prefix="housekeeping")
