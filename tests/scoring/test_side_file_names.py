"""Side files that cannot be published or taken fail their mini-batch alone."""

from pathlib import Path

import pytest

from shared.domain.side_names import SideNames
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import ScoringFailed
from tests.scoring.script_lease import leased
from tests.scoring.side_changes import Published, publish
from tests.scoring.side_file_scripts import BEGINS, ONE_FILE_PER_INPUT, Job


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rows.csv", "it is the name of the job's predictions file"),
        ("a\\tb", "it holds a control character"),
        ("a\\\\b", "it holds a backslash, which the store would take for a slash"),
    ],
)
def test_a_side_file_whose_name_cannot_be_published_fails_its_minibatch_alone(
    pool: ScorerPool, tmp_path: Path, name: str, told: str
) -> None:
    source = f"""
def run(mini_batch):
    called = "{name}" if "odd" in mini_batch[0] else os.path.basename(mini_batch[0])
    for one in ("0-first", called, "z-last"):
        with open(os.path.join(out, one), "w") as given:
            given.write(called)
    return mini_batch
"""
    names = SideNames(output="out/rows.csv")
    with leased(pool, tmp_path, BEGINS + source) as scorer:
        published: Published = {}
        for turn, file in enumerate(("one", "odd", "two")):
            side = tmp_path / f"turn-{turn}"
            if file == "odd":
                with pytest.raises(ScoringFailed, match="cannot be published") as caught:
                    scorer.score(file, side=side, names=names)
                continue
            publish(published, scorer.score(file, side=side, names=names).side_files)

    assert told in str(caught.value)
    assert "BadSideName" == caught.value.error_type
    expected = {"one": b"one", "two": b"two", "0-first": b"two", "z-last": b"two"}
    assert expected == published


def test_side_files_that_cannot_be_taken_fail_the_try(pool: ScorerPool, tmp_path: Path) -> None:
    (tmp_path / "turn-1").write_text("a file where the folder shall be")

    with leased(pool, tmp_path, BEGINS + ONE_FILE_PER_INPUT) as scorer:
        job = Job(scorer)
        with pytest.raises(ScoringFailed, match="AZUREML_BI_OUTPUT_PATH cannot be taken over"):
            job.score("a")
        assert not scorer.output.exists()
        assert ["a.out"] == [one.name for one in job.score("a").side_files]
