"""What handlers and activities work with: stores and use cases, wired once per process."""

import atexit
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.azure_sas import signer_of
from shared.adapters.entra import TokenVerifier
from shared.application.cancel_job import CancelJob
from shared.application.follow_job import FollowJob
from shared.application.label_job import LabelJob
from shared.application.list_jobs import ListJobs
from shared.application.locate_output import LocateOutput
from shared.application.put_deployment import PutDeployment
from shared.application.read_job_log import ReadJobLog
from shared.application.register_asset import RegisterAsset
from shared.application.resolve_deployment import ResolveDeployment
from shared.application.submit_job import SubmitJob
from shared.domain.datastore import (
    ARTIFACT_CONTAINER,
    ARTIFACT_STORE,
    DEFAULT_STORE,
    StorageAccount,
)
from shared.implementations import choose_account, choose_trust, make_scorers
from shared.ports import Blobs, Signer, Verifier
from shared.scorers import Scorers
from shared.scoring.bundle.downloads import Downloads
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
_creation = threading.Lock()


@dataclass(frozen=True)
class Services:
    """Stores and what scores, for activities; and the use cases over them, for handlers."""

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
    blobs: Blobs
    resolve_deployment: ResolveDeployment

    @property
    def follow_job(self) -> FollowJob:
        return FollowJob(self.jobs, self.signals, self.registry)

    @property
    def list_jobs(self) -> ListJobs:
        return ListJobs(self.jobs, self.registry, self.follow_job)

    @property
    def submit_job(self) -> SubmitJob:
        return SubmitJob(
            self.registry,
            self.jobs,
            self.computes,
            self.inputs,
            LocateOutput(self.blobs, self.datastores),
            self.resolve_deployment,
        )

    @property
    def cancel_job(self) -> CancelJob:
        return CancelJob(self.jobs, self.signals, self.follow_job)

    @property
    def label_job(self) -> LabelJob:
        return LabelJob(self.jobs, self.follow_job)

    @property
    def read_job_log(self) -> ReadJobLog:
        return ReadJobLog(self.jobs, self.log_reader, self.log_links, self.follow_job)

    @property
    def put_deployment(self) -> PutDeployment:
        return PutDeployment(self.registry, self.resolve_deployment, self.deployment_logs)

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


def build(settings: Settings, blobs: Blobs, account_url: str, signer: Signer) -> Services:
    """Services over a store; `account_url` is what that store's blob URLs begin with."""
    registry = Registry(blobs)
    datastores = Datastores(registry, StorageAccount(url=account_url), _built_in(settings))
    inputs = Inputs(blobs, registry, datastores)
    computes, jobs = Computes(registry), Jobs(blobs)
    results = Results(blobs, ThreadPoolExecutor(READERS, thread_name_prefix="records"))
    downloads = ThreadPoolExecutor(settings.downloads_at_once, thread_name_prefix="downloads")
    return Services(
        settings=settings,
        verifier=TokenVerifier(choose_trust(settings)),
        registry=registry,
        jobs=jobs,
        log_reader=LogReader(blobs),
        log_links=LogLinks(blobs),
        datastores=datastores,
        computes=computes,
        uploads=Uploads(blobs),
        code_hashes=CodeHashes(blobs, registry, inputs),
        signer=signer,
        inputs=inputs,
        plans=Plans(blobs),
        results=results,
        predictions=Predictions(blobs, results),
        reports=Reports(blobs, results),
        script_logs=ScriptLogs(blobs),
        deployment_logs=DeploymentLogs(blobs),
        side_files=SideFiles(blobs, ThreadPoolExecutor(WRITERS, thread_name_prefix="side-files")),
        ends=Ends(blobs),
        signals=JobSignals(blobs),
        downloads=Downloads(blobs, downloads),
        scorers=make_scorers(settings, blobs, registry, downloads, jobs),
        blobs=blobs,
        resolve_deployment=ResolveDeployment(blobs, registry, inputs, computes),
    )


def _built_in(settings: Settings) -> dict[str, str]:
    """The datastores that are always there: the default, and those the official client expects."""
    return {
        settings.default_datastore: settings.default_container,
        DEFAULT_STORE: settings.default_container,
        ARTIFACT_STORE: ARTIFACT_CONTAINER,
    }
