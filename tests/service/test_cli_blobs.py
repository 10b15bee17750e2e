"""`bep storage blob ...` on the real stack, and https with its own authority."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.test_cli_assets import Bep, answer, bep, make_model
from tests.support.refusals import is_refused
from tests.support.stack import CONTAINER, WORKSPACE, Stack, served
from tests.support.stub_service import environment, run

__all__ = ["bep"]
BATCH = ("storage", "blob", "upload-batch", "-d", CONTAINER, "-s", "in", "--account-name", "any")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("a.csv", "sub/b.csv", "sub/c.txt", ".amlignore"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"*\n{name}")
    return tmp_path


def test_a_folder_goes_up_and_comes_down(bep: Bep, files: Path, stack: Stack) -> None:
    to = ("--destination-path", "cli/batch", "--auth-mode", "login", "--account-key", "hush")
    done = bep(*BATCH, *to, "--pattern", "*.csv")

    sent = answer(done)
    assert "Credentials of the storage account are ignored" in done.stderr
    assert "hush" not in done.stderr
    ends = [one["Blob"].partition(f"{CONTAINER}/")[2] for one in sent]
    assert ["cli/batch/a.csv", "cli/batch/sub/b.csv"] == ends
    assert {"Blob", "Last Modified", "Type", "eTag"} == set(sent[0])
    assert b"*\na.csv" == stack.download("cli/batch/a.csv")

    (files / "out").mkdir()
    down = ("storage", "blob", "download-batch", "-s", CONTAINER, "-d", "out", "--pattern")
    assert ends == answer(bep(*down, "cli/batch/*"))
    assert "*\nsub/b.csv" == (files / "out" / "cli/batch/sub/b.csv").read_text()


def test_what_is_there_stays_unless_it_is_to_be_overwritten(
    bep: Bep, files: Path, stack: Stack
) -> None:
    to = ("--destination-path", "cli/again")
    assert 4 == len(answer(bep(*BATCH, *to)))
    (files / "in" / "a.csv").write_text("new")

    kept = bep(*BATCH, *to)

    assert [] == answer(kept)
    assert "4 file(s) are there already and stay; --overwrite replaces them." in kept.stderr
    assert b"*\na.csv" == stack.download("cli/again/a.csv")
    assert 4 == len(answer(bep(*BATCH, *to, "--overwrite")))
    assert b"new" == stack.download("cli/again/a.csv")


def test_one_file_goes_up_is_listed_and_comes_down(bep: Bep, files: Path) -> None:
    up = ("storage", "blob", "upload", "-c", CONTAINER, "-f", "in/a.csv", "-n", "cli/one/ä 1.csv")
    assert {"etag", "lastModified"} == set(answer(bep(*up)))
    assert is_refused(bep(*up), code=1)
    answer(bep(*up, "--overwrite"))

    listed = ("storage", "blob", "list", "-c", "workspaceblobstore", "--prefix", "cli/one")
    assert ["cli/one/ä 1.csv"] == answer(bep(*listed, "--query", "[].name"))
    assert [7] == answer(bep(*listed, "--query", "[].properties.contentLength"))
    down = ("storage", "blob", "download", "-c", CONTAINER, "-n", "cli/one/ä 1.csv", "-f")
    answer(bep(*down, "back.csv"))
    assert "*\na.csv" == (files / "back.csv").read_text()


def test_a_bucket_among_the_datastores_is_told_apart(bep: Bep, files: Path, stack: Stack) -> None:
    bucket = {"datastoreType": "AmazonS3", "bucketName": CONTAINER, "region": "eu-west-1"}
    stack.put("/datastores/aaa-bucket", {"properties": bucket})
    try:
        up = ("storage", "blob", "upload", "-c", CONTAINER, "-f", "in/a.csv", "-n", "beside/a.csv")
        answer(bep(*up))
        listed = ("storage", "blob", "list", "--prefix", "beside", "--query", "[].name", "-c")
        assert ["beside/a.csv"] == answer(bep(*listed, CONTAINER))
        for place in ("aaa-bucket", "azureml://datastores/aaa-bucket/paths/x"):
            refused = bep(*listed, place)
            assert is_refused(refused, code=2), refused.stderr
            assert "'aaa-bucket' is a bucket of another cloud" in refused.stderr
        assert is_refused(bep(*listed, "s3://elsewhere/x"), code=3)
        stores = bep("datastore", "list", "--output", "table").stdout
        assert any("aaa-bucket" in row and CONTAINER in row for row in stores.splitlines())
    finally:
        assert stack.send("DELETE", f"{WORKSPACE}/datastores/aaa-bucket").status in {200, 204}


def test_a_folder_may_follow_the_container(bep: Bep, files: Path, stack: Stack) -> None:
    """As of an endpoint's inbox; what only begins with its name is another's."""
    stack.upload("cli-folder-2", {"other.csv": b""})
    for place in (f"{CONTAINER}/cli-folder", "workspaceblobstore/cli-folder/"):
        up = ("storage", "blob", "upload", "-c", place, "-f", "in/a.csv", "--overwrite")
        answer(bep(*up))
        listed = answer(bep("storage", "blob", "list", "-c", place, "--query", "[].name"))
        assert ["cli-folder/a.csv"] == listed
    down = ("storage", "blob", "download", "-c", f"{CONTAINER}/cli-folder", "-n", "a.csv", "-f")
    answer(bep(*down, "back.csv"))
    assert "*\na.csv" == (files / "back.csv").read_text()


def test_a_local_file_of_other_content_stays_unless_it_is_to_be_overwritten(
    bep: Bep, files: Path, stack: Stack
) -> None:
    stack.upload("cli-keep", {"a.txt": b"stored", "b.txt": b"stored"})
    own = files / "cli-keep" / "a.txt"
    own.parent.mkdir()
    own.write_text("mine")
    down = ("storage", "blob", "download-batch", "-s", f"{CONTAINER}/cli-keep", "-d", ".")

    first = bep(*down)

    assert ["cli-keep/b.txt"] == answer(first)
    assert "1 other file(s) are there already and stay" in first.stderr
    assert "mine" == own.read_text()
    assert ["cli-keep/a.txt", "cli-keep/b.txt"] == answer(bep(*down, "--overwrite"))
    assert "stored" == own.read_text()


BAD = {
    "list -c nope": (3, "No datastore of the service has the container 'nope'."),
    "list -c azureml-blobstore --num-results 0": (2, "Give 1 or more"),
    "upload-batch -d azureml-blobstore -s nope": (2, "There is no folder 'nope'."),
    "upload-batch -d azureml-blobstore -s in --pattern *.none": (2, "fits the pattern"),
    "upload -c azureml-blobstore -f in": (2, "'in' is a folder."),
    "upload -c azureml-blobstore -f nope": (2, "There is no file or folder 'nope'."),
    "download-batch -s azureml-blobstore -d nope": (2, "There is no folder 'nope'."),
    "download -c azureml-blobstore -n nope -f x": (3, "There is no blob 'nope'"),
    "download -c azureml-blobstore -n cli/bad -f /dev/full": (1, "No space left on device."),
    "download -c azureml-blobstore -n cli/bad -f in": (1, "'in' cannot be written"),
    "upload -c azureml-blobstore -n ../x -f in/a.csv": (2, "is not the name of a blob"),
    "list -c http://127.0.0.1:1/x/y": (2, "is in no datastore of the service"),
}


@pytest.mark.parametrize("line", BAD)
def test_bad_input_is_refused_with_the_fix(bep: Bep, files: Path, stack: Stack, line: str) -> None:
    stack.upload("cli", {"bad": b"content"})
    code, words = BAD[line]

    done = bep("storage", "blob", *line.split(" "))

    assert is_refused(done, code=code)
    assert words in done.stderr


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with served(tmp_path_factory.mktemp("cli-https") / "state", tls=True) as running:
        yield running


def test_files_go_up_over_https_by_the_stacks_own_authority(https: Stack, tmp_path: Path) -> None:
    make_model(tmp_path)
    trusting = environment(
        tmp_path, https.url, BEP_TOKEN=https.token(), REQUESTS_CA_BUNDLE=https.trust
    )

    made = answer(run(tmp_path, trusting, "model", "create", "-n", "m", "-p", "model"))

    path = made["path"].partition("/paths/")[2]
    assert b"one" == https.download(f"{path}/weights")
