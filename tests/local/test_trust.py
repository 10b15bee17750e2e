"""The bundle: whom the stack and its clients trust."""

from pathlib import Path

import certifi
import pytest

from local.stack_errors import Refused
from local.trust import write_bundle


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return a_file(tmp_path / "ca.pem", "the local authority")


def a_file(path: Path, text: str) -> Path:
    path.write_text(f"{text}\n")
    return path


def bundled(authority: Path, **variables: Path) -> str:
    bundle = authority.with_name("bundle.pem")
    named = {name: str(path) for name, path in variables.items()}
    write_bundle(bundle, authority, named)
    return bundle.read_text()


def test_the_usual_authorities_and_then_the_local_one(authority: Path) -> None:
    text = bundled(authority)

    assert text.startswith(Path(certifi.where()).read_text())
    assert text.endswith("the local authority\n")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_what_was_trusted_before_is_trusted_still(
    authority: Path, tmp_path: Path, variable: str
) -> None:
    """A company's own authorities replace the usual ones: so they were chosen."""
    company = a_file(tmp_path / "company.pem", "the company's authority")

    text = bundled(authority, **{variable: company})

    assert text.startswith("the company's authority\n")
    assert "the local authority" in text
    assert Path(certifi.where()).read_text() not in text


def test_two_variables_count_both_and_the_same_file_counts_once(
    authority: Path, tmp_path: Path
) -> None:
    one, other = (a_file(tmp_path / name, name) for name in ("one", "other"))

    both = bundled(authority, REQUESTS_CA_BUNDLE=one, SSL_CERT_FILE=other)
    once = bundled(authority, REQUESTS_CA_BUNDLE=one, SSL_CERT_FILE=one)

    assert 0 <= both.index("one") < both.index("other")
    assert 1 == once.count("one")


def test_a_bundle_of_ours_does_not_grow_from_start_to_start(
    authority: Path, tmp_path: Path
) -> None:
    """The shell that starts the service may be its client's too."""
    company = a_file(tmp_path / "company.pem", "the company's authority")
    first = bundled(authority, REQUESTS_CA_BUNDLE=company)
    bundle = authority.with_name("bundle.pem")

    again = bundled(authority, REQUESTS_CA_BUNDLE=bundle, SSL_CERT_FILE=bundle)

    assert first == again


def test_an_authority_that_was_replaced_is_trusted_no_more(authority: Path) -> None:
    bundled(authority)
    a_file(authority, "a new authority")

    text = bundled(authority, SSL_CERT_FILE=authority.with_name("bundle.pem"))

    assert "the local authority" not in text
    assert "a new authority" in text


def test_a_folder_of_certificates_is_read_file_by_file(authority: Path, tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    (folder / "more").mkdir(parents=True)
    for name in ("one", "two"):
        a_file(folder / name, name)
    (folder / "a1b2c3.0").symlink_to("one")

    text = bundled(authority, REQUESTS_CA_BUNDLE=folder)

    assert 1 == text.count("one")
    assert 1 == text.count("two")


def test_a_file_that_is_not_there_is_named_with_its_variable(
    authority: Path, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r"SSL_CERT_FILE is '.*/none.pem', which cannot be read: No"):
        bundled(authority, SSL_CERT_FILE=tmp_path / "none.pem")
