"""The example for the official SDK runs as it is, and what it predicts is right."""

from pathlib import Path

import pytest

from tests.client.conftest import RunWithSdk
from tests.support.fares import EXAMPLES, fares, fares_in

TOUR_LIMIT_S = 300
REVIEWS = ["bad-1.txt -3", "bad-2.txt -3", "good-1.txt 4", "good-2.txt 3", "mixed-1.txt 0"]


@pytest.mark.timeout(TOUR_LIMIT_S)
def test_the_tour_predicts_right_by_every_kind_of_input(
    run_with_sdk: RunWithSdk, tmp_path: Path
) -> None:
    """120 trips in six files: from a local folder, a data asset, a path in a datastore."""
    tour = run_with_sdk(str(EXAMPLES / "tour.py"), str(tmp_path))

    assert 0 == tour.returncode, tour.stdout[-5000:]
    assert fares() == fares_in(tmp_path / "local-folder/fares.csv")
    assert fares() == fares_in(tmp_path / "data-asset/fares-of-the-asset.csv")
    assert fares() == fares_in(tmp_path / "own-path/named-outputs/score/fares.csv")
    assert REVIEWS == (tmp_path / "reviews/reviews.txt").read_text().splitlines()
    for told in ("default deployment fares", "default deployment words", "Receipt: proven"):
        assert told in tour.stdout, tour.stdout[-5000:]
    assert 5 == tour.stdout.count("JobStatus.COMPLETED"), tour.stdout[-5000:]


@pytest.mark.timeout(TOUR_LIMIT_S)
def test_every_step_of_the_sdk_passes(run_with_sdk: RunWithSdk) -> None:
    steps = run_with_sdk("-m", "tests.client.steps")

    assert 0 == steps.returncode, steps.stdout[-10_000:]
    assert "steps passed" in steps.stdout
