"""Which files of a folder are uploaded, and what is refused in words."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.errors import UsageError
from cli.uploads.local_files import list_files


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def names(folder: Path) -> list[str]:
    return [file.name for file in list_files(folder)]


def test_files_come_by_their_paths_in_the_order_of_the_hash(tmp_path: Path) -> None:
    write(tmp_path, {"B": "1", "a/c": "22", "a.txt": "", "ä b%20#?.csv": "4"})

    found = list_files(tmp_path)

    assert ["a.txt", "a/c", "B", "ä b%20#?.csv"] == [file.name for file in found]
    assert [0, 2, 1, 1] == [file.size for file in found]


def test_one_file_goes_by_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": "1", ".amlignore": "*"})

    assert ["x.csv"] == names(tmp_path / "x.csv")


def test_amlignore_leaves_out_what_it_names_as_git_would(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".amlignore": "*.log\n!keep.log\n/data/\nsub/*.tmp\n",
            "a.log": "",
            "keep.log": "",
            "data/x": "",
            "sub/data/y": "",
            "sub/z.tmp": "",
            "z.tmp": "",
        },
    )

    assert [".amlignore", "keep.log", "sub/data/y", "z.tmp"] == names(tmp_path)


def test_gitignore_counts_only_where_there_is_no_amlignore(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "a\n", "a": "", "b": ""})
    assert [".gitignore", "b"] == names(tmp_path)

    write(tmp_path, {".amlignore": "b\n"})
    assert [".amlignore", ".gitignore", "a"] == names(tmp_path)


def test_links_are_followed_and_bear_their_own_names(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/x": "12", "folder/y": "1"})
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder" / "file").symlink_to(tmp_path / "elsewhere" / "x")

    assert ["file", "link/x", "y"] == names(tmp_path / "folder")


def test_an_empty_folder_is_left_out_with_a_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, {"x": ""})
    (tmp_path / "empty").mkdir()

    assert ["x"] == names(tmp_path)
    assert "empty' is empty and is left out" in caplog.text


def refusal(folder: Path) -> str:
    with pytest.raises(UsageError) as raised:
        list_files(folder)
    return str(raised.value)


def test_a_link_that_leads_back_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"sub/x": ""})
    (tmp_path / "sub" / "up").symlink_to(tmp_path)

    assert "sub/up' leads back to a folder that it is in. Remove it" in refusal(tmp_path)


def test_a_link_to_nowhere_is_refused_unless_it_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, {"x": ""})
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    assert "broken' leads nowhere. Mend it, or name it in .amlignore." in refusal(tmp_path)

    write(tmp_path, {".amlignore": "broken"})
    assert [".amlignore", "x"] == names(tmp_path)


def test_a_file_that_nobody_may_read_is_refused(tmp_path: Path) -> None:
    """A file that is for writing only is closed to everybody, the superuser too."""
    (tmp_path / "closed").symlink_to("/proc/sys/net/ipv4/route/flush")

    assert "closed' cannot be read: Permission denied. Change its perm" in refusal(tmp_path)


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert "s' is no file: a socket, pipe or device." in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (b"a\\b", "it holds a backslash"),
        (b"a\nb", "it holds a control character"),
        (b"\xff", "it holds a control character"),
    ],
)
def test_a_name_that_no_blob_can_have_is_refused(tmp_path: Path, name: bytes, problem: str) -> None:
    (tmp_path / os.fsdecode(name)).touch()

    assert f"cannot be uploaded under its name: {problem}" in refusal(tmp_path)


def test_no_files_and_no_folder_are_refused(tmp_path: Path) -> None:
    assert "has no file to upload." in refusal(tmp_path)
    assert "There is no file or folder" in refusal(tmp_path / "nope")


def test_an_ignore_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".amlignore").write_bytes(b"\xff\xfe")

    assert ".amlignore' is not a file of patterns" in refusal(tmp_path)
