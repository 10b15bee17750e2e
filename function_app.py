"""The map: every door, every orchestration, every step."""

import azure.durable_functions as df
import azure.functions as func

from activities import (
    build_environment,
    close_shard,
    end_job,
    end_provisioning,
    erase_endpoint,
    plan_job,
    score_minibatch,
    smoke_test,
)
from orchestrators import provision_deployment, retire_endpoint, score_job, score_shard
from shared.settings import Settings
from triggers import (
    asset_containers,
    assets,
    cancel,
    computes,
    datastores,
    deployment_logs,
    deployments,
    discovery,
    endpoints,
    history,
    job_status,
    jobs,
    logs,
    openapi,
    operations,
    scoring,
    uploads,
)

Settings.from_environment()  # a wrong setting stops the app here, not at somebody's request

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

app.register_functions(discovery.bp)
app.register_functions(scoring.bp)
app.register_functions(job_status.bp)
app.register_functions(jobs.bp)
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

app.register_functions(score_job.bp)
app.register_functions(score_shard.bp)
app.register_functions(provision_deployment.bp)
app.register_functions(retire_endpoint.bp)

app.register_functions(plan_job.bp)
app.register_functions(score_minibatch.bp)
app.register_functions(close_shard.bp)
app.register_functions(end_job.bp)

app.register_functions(build_environment.bp)
app.register_functions(smoke_test.bp)
app.register_functions(end_provisioning.bp)
app.register_functions(erase_endpoint.bp)
