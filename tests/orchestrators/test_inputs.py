"""An orchestration's input: read if it fits the instance, and nothing else is."""

from dataclasses import dataclass
from typing import Any

import pytest

from orchestrators.instance_input import read_input
from shared.domain.task import JobRun


@dataclass
class Context:
    instance_id: str
    given: Any

    def get_input(self) -> Any:
        return self.given


def test_an_input_that_fits_its_instance_is_read() -> None:
    run = JobRun(job="job-1")

    assert run == read_input(Context("job-1", run.to_wire()), JobRun)


@pytest.mark.parametrize("given", [None, "job-1", [], {}, {"job": 1}, {"job": "job-2"}])
def test_an_input_that_does_not_fit_its_instance_is_none(given: Any) -> None:
    assert read_input(Context("job-1", given), JobRun) is None
