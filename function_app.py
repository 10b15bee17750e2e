"""The map: every door, every orchestration, every step."""

import azure.durable_functions as df
import azure.functions as func

from activities import close_shard, end_job, plan_job, score_minibatch
from orchestrators import score_job, score_shard
from triggers import assets, resources, scoring

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

app.register_functions(scoring.bp)
app.register_functions(resources.bp)
app.register_functions(assets.bp)

app.register_functions(score_job.bp)
app.register_functions(score_shard.bp)

app.register_functions(plan_job.bp)
app.register_functions(score_minibatch.bp)
app.register_functions(close_shard.bp)
app.register_functions(end_job.bp)
