"""A bundle's spans are bounded: very many very short mini-batches cost no more than others."""

from shared.domain.outcome import MinibatchReport
from shared.telemetry.job_trace import MOST_RUNS, told_runs


def report(
    index: int, *, failed: int = 0, tries: int = 1, seconds: float = 0.001
) -> MinibatchReport:
    return MinibatchReport(
        index=index,
        files=1,
        failed_files=failed,
        rows=1 - failed,
        tries=tries,
        seconds=seconds,
        run_seconds=seconds,
        status="done",
    )


def test_a_few_are_all_told_of() -> None:
    reports = [report(index) for index in range(MOST_RUNS)]

    assert reports == told_runs(reports)


def test_of_many_those_that_failed_were_retried_or_took_longest_are() -> None:
    reports = [report(index) for index in range(100)]
    reports[7] = report(7, failed=1)
    reports[50] = report(50, tries=2)
    reports[99] = report(99, seconds=1.0)

    told = [one.index for one in told_runs(reports)]

    assert MOST_RUNS == len(told)
    assert {7, 50, 99} <= set(told)
    assert sorted(told) == told
