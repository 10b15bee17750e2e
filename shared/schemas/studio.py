"""What the Studio's lists show: little of each, and nothing that changes by itself with time.

An answer that is the same as before is not sent again, so ages and rates are the page's to reckon.
"""

from shared.domain.job import Job, utc
from shared.domain.message import JSON


def write_job_row(job: Job) -> JSON:
    """One line of the list of jobs."""
    spec, state = job.spec, job.state
    return {
        "name": spec.name,
        "displayName": job.labels.display_name or spec.name,
        "endpoint": spec.endpoint,
        "deployment": spec.deployment,
        "status": job.status,
        "reason": state.reason,
        "warnings": len(state.warnings),
        "files": state.plan.files if state.plan else None,
        "done": state.tally.files,
        "failed": state.tally.failed_files,
        "rows": state.tally.rows,
        "createdAt": utc(spec.created_at),
        "createdBy": spec.created_by,
        "startedAt": utc(state.scoring_since) if state.scoring_since else None,
        "endedAt": utc(state.ended_at) if state.ended_at else None,
    }
