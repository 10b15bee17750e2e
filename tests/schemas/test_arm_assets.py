"""Assets in ARM JSON."""

import pytest

from shared.domain.errors import InvalidRequest
from shared.schemas.arm_assets import read_environment


def test_a_conda_file_is_text_or_an_object() -> None:
    text = "dependencies:\n- python=3.8\n"

    as_text = read_environment("e", "1", {"properties": {"condaFile": text}})
    as_object = read_environment(
        "e", "1", {"properties": {"condaFile": {"dependencies": ["python=3.8"]}}}
    )

    assert text == as_text.conda_file
    assert '{"dependencies": ["python=3.8"]}' == as_object.conda_file


@pytest.mark.parametrize("name", ["conda.yml", "file:./conda.yaml"])
def test_a_conda_file_that_is_only_named_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match=r"is the name of a file.*Give the file's text"):
        read_environment("e", "1", {"properties": {"condaFile": name}})


def test_a_conda_file_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"properties\.condaFile"):
        read_environment("e", "1", {"properties": {"condaFile": ["python=3.8"]}})
