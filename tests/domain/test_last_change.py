"""Who changed a job last: whoever invoked it, labelled it or canceled it."""

from datetime import UTC, datetime

from shared.domain.caller import Author, CallerType
from shared.domain.job import Change, Job, Labels
from tests.support.specs import a_spec

ADA = Author(name="ada")
NIGHTLY = Author(name="nightly", type=CallerType.APPLICATION)


def at(day: int, by: Author) -> Change:
    return Change.of(by, datetime(2027, 1, day, tzinfo=UTC))


def test_at_first_it_is_who_invoked_it() -> None:
    job = Job(spec=a_spec())

    assert (job.spec.created_by, job.spec.created_at) == (job.last_change.by, job.last_change.at)


def test_then_it_is_who_came_last() -> None:
    job = Job(spec=a_spec(), cancel=at(2, NIGHTLY), labels=Labels().signed(at(1, ADA)))
    labelled = job.model_copy(update={"labels": Labels().signed(at(3, ADA))})

    assert ("nightly", "Application") == (job.last_change.by, job.last_change.by_type)
    assert ("ada", "User") == (labelled.last_change.by, labelled.last_change.by_type)
