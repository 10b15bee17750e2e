"""A job's streamed log: its lines, which only ever grow at the end.

Who reads the log while the job runs makes it grow: a line for each new count. At the end come the
lines that the job's report closes with. Whoever reads, whenever: nobody sees another beginning.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Self

from pydantic import AwareDatetime, Field

from shared.domain.job import Job, JobSpec, JobStatus, utc
from shared.domain.message import Message, counted
from shared.domain.plan import Plan
from shared.domain.progress import Progress, progress_of

# The log of a long job stays short: a line is added once this share of the time has passed again.
SHARE_OF_TIME = 200


def opening(spec: JobSpec) -> str:
    scored_by = (
        f"endpoint {spec.endpoint}, deployment {spec.deployment}, model {spec.resolved.model}"
    )
    return f"Job {spec.name}: {scored_by}"


def planned(spec: JobSpec, plan: Plan) -> str:
    count, size = plan.minibatches, spec.settings.mini_batch_size
    cut = f"{counted(count, 'mini-batch', 'mini-batches')} of up to {counted(size, 'file')}"
    found = f"{counted(plan.files, 'file')}, {plan.skipped} skipped"
    kinds = f" ({plan.left_out})" if plan.left_out else ""
    return f"Input {spec.input.uri}: {found}{kinds}, {cut}"


class StreamedLog(Message):
    """The lines so far; `done` and `told_at` belong to the last line of progress."""

    lines: list[str] = Field(default_factory=list[str])
    done: int = 0
    told_at: AwareDatetime | None = None
    is_over: bool = False

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    def grown(self, job: Job, now: datetime, last_words: Iterable[str]) -> Self:
        """The log up to this moment; `last_words` close it once the job has ended."""
        if self.is_over:
            return self
        is_over = job.state.status.is_terminal
        known = set(self.lines)
        news = [line for line in self._news(job) if line not in known]
        progress = self._progress(job, now)
        if progress is not None:
            news.append(f"{utc(now)} {_progress_text(progress)}")
        if is_over:
            known.update(news)
            news += [line for line in last_words if line not in known]
        return self.model_copy(
            update={
                "lines": [*self.lines, *news],
                "done": job.state.tally.minibatches if progress else self.done,
                "told_at": now if progress else self.told_at,
                "is_over": is_over,
            }
        )

    def _news(self, job: Job) -> Iterator[str]:
        yield opening(job.spec)
        plan = job.state.plan
        if plan is not None and plan.minibatches:
            yield planned(job.spec, plan)
        if job.cancel is not None:
            yield f"{utc(job.cancel.at)} Cancel was requested by {job.cancel.by}."
        if job.state.status is JobStatus.FINALIZING:
            yield "All mini-batches are done. Writing the predictions."

    def _progress(self, job: Job, now: datetime) -> Progress | None:
        """What is new: more mini-batches are done, and the last line is old enough."""
        state = job.state
        if state.status.is_terminal or state.tally.minibatches <= self.done:
            return None
        if self.told_at is not None and now - self.told_at < _pause(job, now):
            return None
        return progress_of(state, now)


def _pause(job: Job, now: datetime) -> timedelta:
    return (now - job.spec.created_at) / SHARE_OF_TIME


def _progress_text(progress: Progress) -> str:
    minibatches, files = progress.mini_batches, progress.files
    failed = f" ({files.failed} failed)" if files.failed else ""
    line = (
        f"Processed {minibatches.done} of {minibatches.total} mini-batches, "
        f"{files.done} of {counted(files.total, 'file')}{failed}"
    )
    if progress.files_per_s is not None:
        line += f", {progress.files_per_s:.1f} files/s"
    if progress.eta is not None:
        line += f". Estimated remaining time {progress.eta}"
    return f"{line}."
