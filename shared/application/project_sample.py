"""Project a sample: what it says of the whole input, by what its mini-batches took."""

from shared.domain.job import Ending, JobState, JobStatus
from shared.domain.plan import minibatches_of_whole
from shared.domain.projection import Projection, Terms, projected
from shared.stores.results import Results


def project_sample(
    ending: Ending, state: JobState, results: Results, price_per_hour: float
) -> Projection | None:
    """None for what is no sample, or has not completed; the sample's own price goes first."""
    spec, plan = ending.spec, ending.plan
    if not (spec.sample and plan.whole and state.scoring_since and state.ended_at):
        return None
    if ending.status is not JobStatus.COMPLETED:
        return None
    reports = (
        report
        for summary in results.summaries(spec.name, plan.shards)
        for record in summary.records
        for report in record.reports
    )
    terms = Terms(
        whole=plan.whole,
        mini_batches=minibatches_of_whole(plan, spec.settings.mini_batch_size),
        parallelism=spec.settings.parallelism,
        instances=spec.settings.instance_count,
        price_per_hour=spec.sample.price_per_hour or price_per_hour,
    )
    return projected(reports, (state.ended_at - state.scoring_since).total_seconds(), terms)
