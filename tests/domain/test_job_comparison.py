"""A job beside an earlier one: whatever either was asked for, settings stand beside settings."""

import pytest

from shared.domain.job import Job, JobState, JobStatus
from shared.domain.job_comparison import compared
from shared.domain.output_options import Compression, OutputFormat, OutputOptions
from tests.support.specs import a_spec

PLAIN = OutputOptions()
PACKED = OutputOptions(
    format=OutputFormat.CSV_HEADER, lineage=("file", "row"), compress=Compression.GZIP
)


def a_job(name: str, output: OutputOptions) -> Job:
    spec = a_spec(name)
    settings = spec.settings.model_copy(update={"output": output})
    spec = spec.model_copy(update={"settings": settings})
    return Job(spec=spec, state=JobState(status=JobStatus.COMPLETED))


@pytest.mark.parametrize(("before", "now"), [(PLAIN, PACKED), (PACKED, PLAIN)])
def test_what_rows_look_like_is_compared_whichever_job_asked_for_it(
    before: OutputOptions, now: OutputOptions
) -> None:
    changed = compared(a_job("tuesday", now), a_job("monday", before))["changed"]

    told = {one["setting"]: (one["before"], one["now"]) for one in changed}
    assert {"output_format", "output_lineage", "output_compress"} == set(told)
    assert (str(before.format), str(now.format)) == told["output_format"]


def test_jobs_that_were_asked_the_same_differ_in_nothing() -> None:
    for output in (PLAIN, PACKED):
        assert [] == compared(a_job("tuesday", output), a_job("monday", output))["changed"]
