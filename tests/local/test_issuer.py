import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest

from local.issuer import Issuer
from local.key_server import KeyServer
from local.sign_in_links import SignInLinks
from shared.settings import ML_AUDIENCE, ROLES
from tests.support.json_over_http import get_json


def checked(issuer: Issuer, token: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(dict(issuer.keys()))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return dict(jwt.decode(token, key, ["RS256"], audience=ML_AUDIENCE, issuer=issuer.name))


@pytest.mark.parametrize("role", ROLES)
def test_a_token_carries_entras_claims_and_its_role(tmp_path: Path, role: str) -> None:
    issuer = Issuer(tmp_path)

    claims = checked(issuer, issuer.token(role=role, expires_in_s=60))

    assert [role] == claims["roles"]
    assert claims["sub"] == claims["oid"]
    assert 60 == claims["exp"] - claims["iat"]
    assert claims["nbf"] == claims["iat"]
    assert abs(claims["iat"] - time.time()) < 30
    assert {"tid", "jti", "name", "preferred_username", "ver"} <= claims.keys()


def test_each_token_has_its_own_id_and_each_role_its_own_subject(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)

    first, again, other = (
        checked(issuer, issuer.token(role=role)) for role in ("reader", "reader", "invoker")
    )

    assert first["jti"] != again["jti"]
    assert first["sub"] == again["sub"]
    assert first["sub"] != other["sub"]


@pytest.mark.parametrize("lifetime", [-3600, -1, 0])
def test_a_token_without_a_future_has_expired(tmp_path: Path, lifetime: int) -> None:
    issuer = Issuer(tmp_path)

    token = issuer.token(expires_in_s=lifetime)

    with pytest.raises(jwt.ExpiredSignatureError):
        checked(issuer, token)


def test_another_audience_is_another_token(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)

    with pytest.raises(jwt.InvalidAudienceError):
        checked(issuer, issuer.token(audience="https://elsewhere.example"))


def test_name_and_key_outlive_the_process_and_differ_between_folders(tmp_path: Path) -> None:
    first, again, other = (Issuer(tmp_path / name) for name in ("one", "one", "two"))

    assert first.keys() == again.keys()
    assert first.name == again.name
    assert other.name != first.name
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            other.token(),
            jwt.PyJWKSet.from_dict(dict(first.keys())).keys[0],
            ["RS256"],
            audience=ML_AUDIENCE,
        )


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    Issuer(tmp_path)

    files = list((tmp_path / "issuer").iterdir())
    assert ["key.pem"] == [file.name for file in files]
    assert 0o600 == stat.S_IMODE(files[0].stat().st_mode)
    assert 0o700 == stat.S_IMODE((tmp_path / "issuer").stat().st_mode)


def test_first_uses_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        issuers = list(pool.map(Issuer, [tmp_path] * 8))

    assert 1 == len({issuer.key_id for issuer in issuers})


def test_the_keys_are_served_as_discovery_says(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)

    with KeyServer(issuer, SignInLinks(tmp_path, issuer)) as server:
        base = server.keys_url.removesuffix("/keys")
        discovery = get_json(f"{base}/.well-known/openid-configuration")
        keys = get_json(discovery["jwks_uri"])

    assert issuer.name == discovery["issuer"]
    assert issuer.keys() == keys
    assert "d" not in keys["keys"][0], "the private key stays here"


def test_other_paths_of_the_key_server_are_not_found(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    with (
        KeyServer(issuer, SignInLinks(tmp_path, issuer)) as server,
        pytest.raises(FileNotFoundError, match="404"),
    ):
        get_json(server.keys_url.replace("keys", "key.pem"))


def token_command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent.parent
    return subprocess.run(
        [sys.executable, "-m", "local.token", *arguments],
        cwd=root,
        env={"RUN_CALLED_FROM": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_the_token_and_nothing_else(tmp_path: Path) -> None:
    """The state folder is relative to where the command was typed."""
    done = token_command("--state", "state", "--role", "reader", folder=tmp_path)

    assert ["reader"] == checked(Issuer(tmp_path / "state"), done.stdout.strip())["roles"]
    assert 1 == done.stdout.count("\n")
    assert "" == done.stderr


def test_the_command_makes_expired_tokens_and_other_audiences(tmp_path: Path) -> None:
    done = token_command(
        "--state", "state", "--expires-in", "-90", "--audience", "urn:other", folder=tmp_path
    )

    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert claims["exp"] < time.time() - 80
    assert "urn:other" == claims["aud"]


def test_the_command_refuses_a_role_that_there_is_not(tmp_path: Path) -> None:
    done = token_command("--role", "owner", folder=tmp_path)

    assert 2 == done.returncode
    assert "'owner'" in done.stderr
    assert "" == done.stdout
