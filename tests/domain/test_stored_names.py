"""What documents were written with stays readable, whatever the code calls it."""

from shared.domain.job import JobSpec
from tests.support.specs import a_spec


def test_a_job_keeps_the_names_that_its_document_has() -> None:
    wire = a_spec().to_wire()

    assert "made" in wire["recipe"]
    assert not {"resolved", "built_environment"} & (wire.keys() | wire["recipe"].keys())
    assert a_spec() == JobSpec.from_wire(wire)
