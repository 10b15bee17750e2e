"""What handlers and activities work with: stores and use cases, wired once per process."""

import atexit
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import signer_of
from shared.adapters.due_times import LibraryDueTimes
from shared.adapters.entra import TokenVerifier
from shared.application.batch_jobs import BatchJobs
from shared.application.cancel_job import CancelJob
from shared.application.find_job_files import FindJobFiles
from shared.application.follow_job import FollowJob
from shared.application.gather_uploads import GatherUploads
from shared.application.hint_uploads import HintUploads
from shared.application.keep_partial import KeepPartial
from shared.application.label_job import LabelJob
from shared.application.list_jobs import ListJobs
from shared.application.locate_output import LocateOutput
from shared.application.look_into_job import LookIntoJob
from shared.application.put_datastore import PutDatastore
from shared.application.put_deployment import PutDeployment
from shared.application.put_schedule import PutSchedule
from shared.application.put_watch import PutWatch
from shared.application.read_job_log import ReadJobLog
from shared.application.register_asset import RegisterAsset
from shared.application.resolve_deployment import ResolveDeployment
from shared.application.run_schedules import RunSchedules
from shared.application.submit_job import SubmitJob
from shared.callbacks import Callbacks, make_callbacks
from shared.domain.datastore import StorageAccount
from shared.elsewhere import make_elsewhere
from shared.implementations import (
    built_in_datastores,
    choose_account,
    choose_trust,
    containers,
    make_scorers,
)
from shared.observed import observer
from shared.ports import Blobs, DueTimes, Signer, Verifier
from shared.scorers import Scorers
from shared.scoring.bundle.downloads import Downloads
from shared.settings import Settings
from shared.stores.code_hashes import CodeHashes
from shared.stores.computes import Computes
from shared.stores.datastores import Datastores
from shared.stores.deployment_logs import DeploymentLogs
from shared.stores.deployment_stages import DeploymentStages
from shared.stores.input_listing import Inputs
from shared.stores.job_files import JobFiles
from shared.stores.job_signals import JobSignals
from shared.stores.jobs import Jobs
from shared.stores.log_links import LogLinks
from shared.stores.log_reader import LogReader
from shared.stores.plans import Plans
from shared.stores.predictions import Predictions
from shared.stores.registry import Registry
from shared.stores.reports import Reports
from shared.stores.results import Results
from shared.stores.schedule_progress import ScheduleProgresses
from shared.stores.scorer_ends import ScorerEnds
from shared.stores.script_logs import ScriptLogs
from shared.stores.side_files import SideFiles
from shared.stores.upload_records import UploadRecords
from shared.stores.uploads import Uploads

# Small reads of one closing shard, a job's reports; side files on their way, one for each input.
READERS, WRITERS = 8, 8
_creation = threading.Lock()


@dataclass(frozen=True)
class Services:
    """Stores and what scores, for activities; and the use cases over them, for handlers."""

    settings: Settings
    verifier: Verifier
    registry: Registry
    jobs: Jobs
    datastores: Datastores
    computes: Computes
    put_datastore: PutDatastore
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
    deployment_stages: DeploymentStages
    side_files: SideFiles
    ends: ScorerEnds
    signals: JobSignals
    downloads: Downloads
    scorers: Scorers
    blobs: Blobs
    callbacks: Callbacks
    resolve_deployment: ResolveDeployment
    due_times: DueTimes = field(default_factory=LibraryDueTimes)

    @property
    def follow_job(self) -> FollowJob:
        return FollowJob(self.jobs, self.signals, self.registry, self.callbacks.announce)

    @property
    def list_jobs(self) -> ListJobs:
        return ListJobs(self.jobs, self.registry, self.follow_job)

    @property
    def submit_job(self) -> SubmitJob:
        outputs = LocateOutput(self.blobs, self.datastores)
        resolve, webhooks = self.resolve_deployment, self.callbacks.job_webhooks
        return SubmitJob(
            self.registry, self.jobs, self.computes, self.inputs, outputs, resolve, webhooks
        )

    @cached_property
    def look_into_job(self) -> LookIntoJob:
        return LookIntoJob.over(
            self.blobs, self.results, self.plans, self.follow_job, self.find_job_files
        )

    @property
    def cancel_job(self) -> CancelJob:
        return CancelJob(self.jobs, self.signals, self.follow_job)

    @property
    def label_job(self) -> LabelJob:
        return LabelJob(self.jobs, self.follow_job)

    @cached_property
    def read_job_log(self) -> ReadJobLog:
        return ReadJobLog(self.jobs, LogReader(self.blobs), LogLinks(self.blobs), self.follow_job)

    @property
    def keep_partial(self) -> KeepPartial:
        return KeepPartial.over(self.blobs, self.predictions, self.results, self.plans)

    @property
    def find_job_files(self) -> FindJobFiles:
        return FindJobFiles(JobFiles(self.blobs), self.datastores, self.signer)

    @property
    def put_deployment(self) -> PutDeployment:
        return PutDeployment(self.registry, self.resolve_deployment, self.deployment_logs)

    @property
    def put_schedule(self) -> PutSchedule:
        return PutSchedule(self.registry, self.jobs, self.due_times)

    @property
    def run_schedules(self) -> RunSchedules:
        return RunSchedules(
            self.registry, self.jobs, self.schedule_progresses, self.due_times, self.submit_job
        )

    @property
    def schedule_progresses(self) -> ScheduleProgresses:
        return ScheduleProgresses(self.blobs)

    @property
    def upload_records(self) -> UploadRecords:
        return UploadRecords(self.blobs)

    @property
    def put_watch(self) -> PutWatch:
        return PutWatch(self.registry, self.datastores)

    @property
    def gather_uploads(self) -> GatherUploads:
        records = self.upload_records
        jobs = BatchJobs(self.jobs, records, self.submit_job)
        return GatherUploads(self.registry, self.datastores, self.inputs, self.blobs, records, jobs)

    @property
    def hint_uploads(self) -> HintUploads:
        return HintUploads(self.registry, self.datastores, self.gather_uploads)

    @property
    def register_asset(self) -> RegisterAsset:
        return RegisterAsset(self.registry, self.inputs, self.uploads, self.code_hashes)


def services() -> Services:
    """The process's services; raises ServiceUnavailable while the store does not answer."""
    with _creation:
        return _services()


@lru_cache(maxsize=1)
def _services() -> Services:
    # At its usual level the storage SDK logs every request with all its headers.
    logging.getLogger("azure").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    account = choose_account(settings)
    blobs = AzureBlobs(account)
    for container in containers(settings):
        blobs.ensure_container(container)
    chosen = build(settings, blobs, account.url, signer_of(account))
    atexit.register(chosen.scorers.close)
    return chosen


def build(settings: Settings, blobs: Blobs, account_url: str, signer: Signer) -> Services:
    """Services over a store; `account_url` is what that store's blob URLs begin with."""
    elsewhere = make_elsewhere(settings, blobs, signer)
    blobs, registry, account = elsewhere.blobs, Registry(blobs), StorageAccount(url=account_url)
    datastores = Datastores(registry, account, built_in_datastores(settings), elsewhere.urls)
    inputs = Inputs(blobs, registry, datastores)
    uploads = Uploads(blobs, settings.started_upload_days)
    computes, jobs = Computes(registry), Jobs(blobs, note_progress=observer().progressed)
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="records")
    results = Results(blobs, readers, jobs.find, rows_after_s=settings.rows_readable_after_s)
    downloads = ThreadPoolExecutor(settings.downloads_at_once, thread_name_prefix="downloads")
    return Services(
        settings=settings,
        verifier=TokenVerifier(choose_trust(settings)),
        registry=registry,
        jobs=jobs,
        datastores=datastores,
        computes=computes,
        put_datastore=elsewhere.put_datastore(datastores, uploads),
        uploads=uploads,
        code_hashes=CodeHashes(blobs, registry, inputs),
        signer=elsewhere.signer,
        inputs=inputs,
        plans=Plans(blobs),
        results=results,
        predictions=Predictions(blobs, results),
        reports=Reports(blobs, results),
        script_logs=ScriptLogs(blobs),
        deployment_logs=DeploymentLogs(blobs),
        deployment_stages=DeploymentStages(blobs),
        side_files=SideFiles(blobs, ThreadPoolExecutor(WRITERS, thread_name_prefix="side-files")),
        ends=ScorerEnds(blobs),
        signals=JobSignals(blobs),
        downloads=Downloads(blobs, downloads, settings.downloads_at_once),
        scorers=make_scorers(settings, blobs, registry, downloads, jobs),
        blobs=blobs,
        callbacks=make_callbacks(settings, blobs, registry, jobs),
        resolve_deployment=ResolveDeployment(blobs, registry, inputs, computes),
    )
