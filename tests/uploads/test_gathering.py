"""What counts as an upload, and what becomes of a batch whose job is refused."""

from pathlib import Path

import pytest

from shared.application.hint_uploads import HintUploads
from shared.domain.resolved_deployment import Location
from shared.domain.watch import GatherRules, UploadSource, WatchState
from shared.stores.published import OWNER
from tests.support.client import Client
from tests.support.specs import a_spec
from tests.support.watched import FOLDER, Watched


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path, quiet_s=1, most_wait_s=1, marker="done")


def pending(watched: Watched) -> list[str]:
    return [one.file.base_name for one in watched.gather.look(watched.watch).pending]


def gather_all(watched: Watched) -> list[list[str]]:
    watched.wait(60)
    while watched.gather_once().pending:
        pass
    return watched.names()


def hints(watched: Watched) -> HintUploads:
    return watched.services.hint_uploads


def test_marks_markers_hidden_and_nested_files_never_count(watched: Watched) -> None:
    for name in ("a.csv", ".hidden", "_SUCCESS", "done", "sub/deep.csv", "b.crc"):
        watched.upload(name)
    watched.upload("folder", b"", metadata={"hdi_isfolder": "true"})
    watched.upload("empty.csv", b"")

    assert ["a.csv", "empty.csv"] == pending(watched)


def test_a_marker_ends_the_wait_of_what_came_before_it_only(tmp_path: Path) -> None:
    watched = Watched(tmp_path, quiet_s=30, marker="done")
    watched.upload("done")
    watched.wait(5)
    watched.upload("a.csv")
    assert 1 == watched.gather_once().pending

    watched.wait(5)
    watched.upload("b.csv")
    watched.upload("done", b"again")
    watched.gather_once()

    assert [["a.csv", "b.csv"]] == watched.names()


def test_half_an_upload_does_not_count(watched: Watched) -> None:
    watched.blobs.stage("azureml-blobstore", f"{FOLDER}/half.csv", "AAAA", b"1")

    assert [] == pending(watched)


def test_patterns_say_which_names_count(watched: Watched) -> None:
    source = UploadSource(
        datastore="workspaceblobstore", folder=FOLDER, include=("*.csv",), exclude=("draft-*",)
    )
    watched.watch = watched.put_watch(source=source)
    for name in ("a.csv", "a.txt", "draft-a.csv"):
        watched.upload(name)

    assert ["a.csv"] == pending(watched)


def last_job(watched: Watched) -> str | None:
    """The one that the watch shows."""
    gather = watched.gather
    return gather.batch_jobs.last(watched.watch, gather.look(watched.watch).accepted)


def test_what_a_job_of_the_service_wrote_is_never_scored(watched: Watched) -> None:
    """Two watches could else feed each other for ever."""
    watched.upload("a.csv")
    watched.upload("predictions.csv", metadata={OWNER: "job-1"})

    assert [["a.csv"]] == gather_all(watched)
    watched.upload("again.csv", metadata={OWNER: "job-1"})
    assert [["a.csv"], []] == gather_all(watched)
    assert [] == pending(watched)
    assert [last_job(watched)] == watched.job_names()


def test_a_paused_watch_takes_what_came_meanwhile_once_it_is_enabled(watched: Watched) -> None:
    watched.put_watch(state=WatchState.PAUSED)
    watched.upload("a.csv")
    assert [] == gather_all(watched)
    assert 0 == hints(watched).sweep(watched.hub)

    watched.put_watch()

    assert [["a.csv"]] == gather_all(watched)


def test_rules_that_are_put_again_keep_what_was_accepted(watched: Watched) -> None:
    watched.upload("a.csv")
    assert [["a.csv"]] == gather_all(watched)

    watched.put_watch(overrides={"miniBatchSize": 3})
    watched.upload("b.csv")

    assert [["a.csv"], ["b.csv"]] == gather_all(watched)
    spec = watched.services.jobs.get(watched.job_names()[-1]).spec
    assert 3 == spec.settings.mini_batch_size


def test_without_a_deployment_that_can_score_nothing_is_accepted(watched: Watched) -> None:
    """Files wait, and the reason is told; once there is one they are scored."""
    client = Client(watched.services)
    watched.watch = watched.put_watch(name="later")
    other = watched.watch.model_copy(update={"endpoint": "wine", "deployment": "later"})
    watched.services.registry.watches.change(lambda _: other, "wine", "later")
    watched.upload("a.csv")
    watched.wait(60)

    refused = watched.gather_once(other)

    assert "'wine:later'" in refused.problem
    assert [] == watched.batches(other)
    client.put_deployment("later")
    assert 0 == watched.gather_once(other).accepted


def test_a_batch_whose_job_is_refused_gets_it_once_the_cause_is_mended(watched: Watched) -> None:
    place = "azureml://datastores/workspaceblobstore/paths/out/{watch}/{batch}.csv"
    watched.put_watch(output=place)
    watched.upload("1.csv", folder="out/blocked")
    watched.blobs.write("azureml-blobstore", "out/cellar/000000.csv", b"in the way")
    watched.upload("a.csv")
    watched.wait(60)

    refused = watched.gather_once()

    assert "'azureml://datastores/workspaceblobstore/paths/out/cellar/000000.csv'" in (
        refused.problem
    )
    assert ([], None) == (watched.job_names(), last_job(watched))
    assert refused.problem == watched.obstacle(refused.problem)
    watched.upload("b.csv")
    watched.wait(60)
    assert watched.gather_once().problem
    assert [["a.csv"]] == watched.names()

    watched.blobs.delete("azureml-blobstore", "out/cellar/000000.csv")

    assert [["a.csv"], ["b.csv"]] == gather_all(watched)
    outputs = [watched.services.jobs.get(one).spec.output.uri for one in watched.job_names()]
    assert [place.format(watch="cellar", batch=f"00000{number}") for number in (0, 1)] == outputs


def test_a_job_that_somebody_gave_the_next_name_is_not_taken_for_the_batchs(
    watched: Watched,
) -> None:
    """Names can be foretold: the files are not scored, and that is told, not lost."""
    watched.services.jobs.create(a_spec(watched.watch.task.job_name(0)))
    watched.upload("a.csv")
    watched.wait(60)

    for _ in range(2):
        assert "is taken by another job" in watched.gather_once().problem
    assert [] == watched.job_names()


def test_a_hint_starts_the_gathering_of_the_watch_that_looks_there(watched: Watched) -> None:
    task = watched.watch.task
    elsewhere = Location(container="azureml-blobstore", path="other/a.csv")
    assert 0 == hints(watched).of_blobs([elsewhere], watched.hub)

    here = Location(container="azureml-blobstore", path=f"{FOLDER}/a.csv")
    for _ in range(3):
        assert 1 == hints(watched).of_blobs([here, here], watched.hub)

    assert [task.instance] == watched.hub.starts
    watched.hub.end(task.instance)
    hints(watched).of_blobs([here], watched.hub)
    assert [task.instance] * 2 == watched.hub.starts


def test_a_sweep_starts_what_no_hint_told_of_and_nothing_else(watched: Watched) -> None:
    assert 0 == hints(watched).sweep(watched.hub)
    watched.upload("a.csv")
    watched.blobs.write("batch-inbox", "wine/b.csv", b"x")

    assert 2 == hints(watched).sweep(watched.hub)

    cellar, inbox = sorted(watched.hub.starts)
    assert cellar.startswith("wine_cellar_")
    assert inbox.startswith("wine_inbox_")


def test_a_watch_that_cannot_be_looked_at_holds_up_no_other_of_the_sweep(watched: Watched) -> None:
    watched.put_watch("another", "another", rules=GatherRules(marker=".."))
    watched.upload("a.csv")

    assert 1 == hints(watched).sweep(watched.hub)
    assert watched.hub.starts[0].startswith("wine_cellar_")


def test_an_inbox_of_nobody_is_overlooked(watched: Watched) -> None:
    hints(watched).of_inbox("nobody", watched.hub)

    assert [] == watched.hub.starts
