"""A tenth of all storage calls fail, and every kind of job leaves the same bytes and receipt."""

from collections.abc import Iterator

import pytest

from benchmarks.unsteady.jobs import KINDS, Kind, Rig, rigged
from benchmarks.unsteady.proxy import Fault

SHARE = 0.1


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rigged(tmp_path_factory.mktemp("unsteady"), seed=7) as running:
        yield running


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_a_disturbed_job_leaves_what_an_undisturbed_one_does(rig: Rig, kind: Kind) -> None:
    scoring_uri = rig.deploy(kind)
    undisturbed = rig.run(kind, scoring_uri, share=0.0)
    struck = rig.store.faults.total()
    if kind.nested:  # the second page, of both listings of the plan
        rig.store.aim("marker=", Fault.RESET_BEFORE, Fault.CUT, Fault.RESET_AFTER, Fault.BUSY)

    disturbed = rig.run(kind, scoring_uri, share=SHARE)

    assert undisturbed.is_sound
    assert undisturbed == disturbed
    assert kind.files == disturbed.receipt["files"]["scored"]
    assert kind.nested == disturbed.receipt["files"]["skipped"]
    assert rig.store.is_spent
    assert rig.store.faults.total() - struck > 10
