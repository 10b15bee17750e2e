"""`configure` and `config`: az's own files and words."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.entry import alone
from tests.support.refusals import is_refused
from tests.support.stub_service import StubService, stub_service


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield running


def test_defaults_are_kept_listed_and_removed(service: StubService, tmp_path: Path) -> None:
    done = alone(service, tmp_path, "configure", "--defaults", "group=g1", "workspace=w 50%")
    assert (0, "") == (done.code, done.stdout)

    listed = alone(service, tmp_path, "config", "get", "defaults.workspace")
    assert "w" == listed.answer["value"]  # the environment's goes first, as by az
    assert "BEP_DEFAULTS_WORKSPACE" == listed.answer["source"]
    text = (tmp_path / "config/config").read_text()
    assert "group = g1" in text
    assert 0o600 == stat.S_IMODE((tmp_path / "config/config").stat().st_mode)

    alone(service, tmp_path, "configure", "--defaults", "group=")
    assert "group" not in (tmp_path / "config/config").read_text()


def test_the_list_of_defaults_has_azs_columns(service: StubService, tmp_path: Path) -> None:
    alone(service, tmp_path, "configure", "--defaults", "location=westus2")

    done = alone(
        service, tmp_path, "configure", "-l", "--query", "[?name=='location'].value", "-o", "tsv"
    )

    assert "westus2\n" == done.stdout
    answer = alone(service, tmp_path, "configure", "--list-defaults").answer
    assert all({"name", "source", "value"} == one.keys() for one in answer)


def test_a_folder_may_have_defaults_of_its_own(service: StubService, tmp_path: Path) -> None:
    words = ("configure", "--scope", "local", "--defaults", "workspace=here")

    done = alone(service, tmp_path, *words, BEP_CONFIG_DIR=str(tmp_path / "home/.bep"))

    assert 0 == done.code
    assert "workspace = here" in (tmp_path / ".bep/config").read_text()


def test_config_sets_gets_and_unsets(service: StubService, tmp_path: Path) -> None:
    key = "extension.use_dynamic_install"
    assert 0 == alone(service, tmp_path, "config", "set", f"{key}=yes_without_prompt").code

    value = alone(service, tmp_path, "config", "get", key, "--query", "value", "-o", "tsv")
    assert "yes_without_prompt\n" == value.stdout
    assert (
        "use_dynamic_install"
        == alone(service, tmp_path, "config", "get").answer["extension"][0]["name"]
    )

    assert 0 == alone(service, tmp_path, "config", "unset", key).code
    assert is_refused(alone(service, tmp_path, "config", "get", key))


@pytest.mark.parametrize(
    "words",
    [
        ("configure",),
        ("configure", "--defaults", "group"),
        ("config", "set", "no-section=1"),
        ("config", "set", "core.x"),
        ("config", "unset", "core"),
    ],
)
def test_what_is_no_setting_is_refused_in_words(
    service: StubService, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert is_refused(alone(service, tmp_path, *words), code=2)


@pytest.mark.parametrize("text", ["nonsense", "[defaults]\nlocation = 50%x\n"])
def test_settings_that_cannot_be_read_are_reported(
    service: StubService, tmp_path: Path, text: str
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config").write_text(text)

    done = alone(service, tmp_path, "configure", "--list-defaults")

    assert is_refused(done, code=2)
    assert "Mend or delete" in done.stderr


def test_a_configuration_folder_that_cannot_be_made_is_reported(
    service: StubService, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    done = alone(service, tmp_path, "version", BEP_CONFIG_DIR=str(tmp_path / "file/config"))

    assert is_refused(done, code=2)
    assert "file/config" in done.stderr
