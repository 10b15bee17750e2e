"""The map: every door, every orchestration, every step."""

import logging
import os
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from activities import (
    accept_uploads,
    attempt_delivery,
    build_environment,
    close_shard,
    end_job,
    end_provisioning,
    erase_endpoint,
    plan_job,
    score_minibatch,
    smoke_test,
)
from orchestrators import (
    deliver_event,
    gather_uploads,
    provision_deployment,
    retire_endpoint,
    score_job,
    score_shard,
)
from shared import surroundings
from shared.settings import Settings
from shared.worker_threads import few_threads
from triggers import (
    announcement_timer,
    asset_containers,
    assets,
    cancel,
    computes,
    datastores,
    deliveries,
    deployment_logs,
    deployments,
    discovery,
    endpoints,
    health,
    history,
    housekeeping,
    housekeeping_timer,
    insights,
    job_logs,
    job_status,
    jobs,
    logs,
    minibatches,
    openapi,
    operations,
    outputs,
    partial_rows,
    previews,
    schedule_timer,
    schedules,
    scoring,
    studio,
    studio_files,
    studio_jobs,
    studio_sign_in,
    upload_events,
    uploads,
    watches,
    webhooks,
)

Settings.from_environment()  # a wrong setting stops the app here, not at somebody's request
for oddity in surroundings.check(os.environ):
    logging.getLogger("surroundings").warning(oddity)
if FEW_THREADS := few_threads(os.environ, Path(__file__).parent / "host.json"):
    logging.getLogger(__name__).warning("%s", FEW_THREADS)

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

app.register_functions(discovery.bp)
app.register_functions(health.bp)
app.register_functions(scoring.bp)
app.register_functions(job_status.bp)
app.register_functions(jobs.bp)
app.register_functions(minibatches.bp)
app.register_functions(insights.bp)
app.register_functions(outputs.bp)
app.register_functions(partial_rows.bp)
app.register_functions(previews.bp)
app.register_functions(job_logs.bp)
app.register_functions(cancel.bp)
app.register_functions(history.bp)
app.register_functions(logs.bp)
app.register_functions(endpoints.bp)
app.register_functions(deployments.bp)
app.register_functions(deployment_logs.bp)
app.register_functions(operations.bp)
app.register_functions(assets.bp)
app.register_functions(openapi.bp)
app.register_functions(asset_containers.bp)
app.register_functions(datastores.bp)
app.register_functions(computes.bp)
app.register_functions(uploads.bp)
app.register_functions(schedules.bp)
app.register_functions(schedule_timer.bp)
app.register_functions(watches.bp)
app.register_functions(upload_events.bp)
app.register_functions(webhooks.bp)
app.register_functions(deliveries.bp)
app.register_functions(announcement_timer.bp)
app.register_functions(housekeeping.bp)
app.register_functions(housekeeping_timer.bp)

app.register_functions(studio.bp)
app.register_functions(studio_sign_in.bp)
app.register_functions(studio_jobs.bp)
app.register_functions(studio_files.bp)

app.register_functions(score_job.bp)
app.register_functions(score_shard.bp)
app.register_functions(provision_deployment.bp)
app.register_functions(retire_endpoint.bp)
app.register_functions(gather_uploads.bp)
app.register_functions(deliver_event.bp)

app.register_functions(plan_job.bp)
app.register_functions(score_minibatch.bp)
app.register_functions(close_shard.bp)
app.register_functions(end_job.bp)

app.register_functions(build_environment.bp)
app.register_functions(smoke_test.bp)
app.register_functions(end_provisioning.bp)
app.register_functions(erase_endpoint.bp)
app.register_functions(accept_uploads.bp)
app.register_functions(attempt_delivery.bp)
