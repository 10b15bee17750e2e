"""The hash of a folder: that of the official SDK, whose uploads are found by it."""

import hashlib
import os
from pathlib import Path

import pytest

from cli.console import Bar, Console
from cli.errors import UsageError
from cli.uploads.content_hash import ContentHash, hash_files
from cli.uploads.local_files import list_files


def hash_of(folder: Path) -> ContentHash:
    return hash_files(list_files(folder), Bar(Console(), "", 0))


def test_names_sizes_and_bytes_are_hashed_by_rule_202208(tmp_path: Path) -> None:
    (tmp_path / "B.txt").write_bytes(b"two")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"")

    expected = hashlib.sha256(b"2" + b"#a/x#0" + b"#B.txt#3" + b"" + b"two").hexdigest()
    assert expected == hash_of(tmp_path).sha256


@pytest.mark.parametrize("change", ["content", "name", "split"])
def test_another_content_has_another_hash(tmp_path: Path, change: str) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    other = {
        "content": {"a": "1", "b": "3"},
        "name": {"a": "1", "c": "2"},
        "split": {"a": "12", "b": ""},
    }
    for folder, files in ((first, {"a": "1", "b": "2"}), (second, other[change])):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)

    assert hash_of(first).sha256 != hash_of(second).sha256


def test_times_and_places_make_no_difference(tmp_path: Path) -> None:
    for folder in ("1", "2"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_text("same")
    os.utime(tmp_path / "1" / "a", (0, 0))

    assert hash_of(tmp_path / "1") == hash_of(tmp_path / "2")


def test_a_file_that_changed_since_it_was_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("before")
    files = list_files(tmp_path)
    (tmp_path / "a").write_text("longer than before")

    with pytest.raises(UsageError, match="a' changed while it was uploaded"):
        hash_files(files, Bar(Console(), "", 0))


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("before")
    files = list_files(tmp_path)
    (tmp_path / "a").unlink()

    with pytest.raises(UsageError, match="a' cannot be read: No such file"):
        hash_files(files, Bar(Console(), "", 0))
