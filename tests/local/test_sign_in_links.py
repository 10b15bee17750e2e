"""One-use sign-in links of a local service."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt

from local.issuer import Issuer
from local.sign_in_links import SignInLinks, sign_in_url, studio_command


def links(state: Path) -> SignInLinks:
    return SignInLinks(state, Issuer(state))


def test_a_link_is_good_for_one_token_even_after_a_restart(tmp_path: Path) -> None:
    code = links(tmp_path).create("reader")

    token = links(tmp_path).redeem(code)

    assert token
    assert ["reader"] == jwt.decode(token, options={"verify_signature": False})["roles"]
    assert links(tmp_path).redeem(code) is None


def test_of_many_who_come_together_one_gets_through(tmp_path: Path) -> None:
    code = links(tmp_path).create()
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(links(tmp_path).redeem, [code] * 24))

    assert 1 == len([token for token in tokens if token])


def test_an_old_link_opens_nothing_and_is_swept_away(tmp_path: Path) -> None:
    code = links(tmp_path).create()
    (record,) = (tmp_path / "issuer" / "links").iterdir()
    record.write_text('{"role": "contributor", "until": 1}')

    links(tmp_path).create()
    assert not record.exists()
    record.write_text('{"role": "contributor", "until": 1}')
    assert links(tmp_path).redeem(code) is None


def test_the_folder_knows_digests_and_not_codes(tmp_path: Path) -> None:
    code = links(tmp_path).create()
    folder = tmp_path / "issuer" / "links"

    assert not any(code in path.name or code in path.read_text() for path in folder.iterdir())
    assert 0o700 == folder.stat().st_mode & 0o777


def test_the_code_is_where_browsers_keep_it_to_themselves() -> None:
    assert "http://x/studio/sign-in?to=jobs/a%20b#c" == sign_in_url("http://x", "c", "jobs/a b")


def test_the_command_names_a_state_folder_that_is_not_the_usual_one() -> None:
    assert "BEP_STATE_DIR='/tmp/a b' ./run bep studio" == studio_command(Path("/tmp/a b"))
