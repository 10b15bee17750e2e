"""What opens a bucket goes to that bucket's server, to an address that was judged, and nowhere."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.adapters.address_guard import AddressGuard
from shared.adapters.buckets.amazon_s3 import AccessKey, AmazonS3
from shared.adapters.buckets.bucket_api import BucketApi
from shared.adapters.buckets.bucket_files import PASSED, BucketFiles
from shared.adapters.buckets.google_storage import SCOPE, GoogleStorage, SelfSigned
from shared.adapters.web_gets import WebGets
from shared.domain.errors import InvalidRequest, ServiceUnavailable, StoreRefuses
from tests.support.bucket_servers import BUCKET, KEY_ID, SECRET, serving_s3
from tests.support.file_server import Page, serving_files

OWN = AddressGuard(allows_private=True, allows_http=True)
KEY = AccessKey(KEY_ID, SECRET, "session-three")


def files_of(api: BucketApi, guard: AddressGuard = OWN) -> BucketFiles:
    return BucketFiles(WebGets(guard, PASSED), api=api)


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def key_file(rsa: RSAPrivateKey) -> str:
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps({"client_email": "a@b", "private_key": pem, "private_key_id": "k1"})


def test_a_server_that_checks_signatures_refuses_another_key() -> None:
    with serving_s3() as server:
        server.put("a.csv", b"1")
        strange = files_of(AmazonS3(server.url, "us-east-1", AccessKey(KEY_ID, "another")))
        with pytest.raises(StoreRefuses, match=r"s3://box/a\.csv"):
            strange.read(BUCKET, "a.csv")


def test_a_public_bucket_is_read_without_a_signature() -> None:
    with serving_s3(is_public=True) as server:
        server.put("in/a.csv", b"1")
        public = files_of(AmazonS3(server.url, "us-east-1"))

        assert ["in/a.csv"] == list(public.list_names(BUCKET, "in/"))
        assert b"1" == public.read(BUCKET, "in/a.csv").data


def test_a_session_token_is_sent_and_signed_and_no_secret_is() -> None:
    with serving_files({"/box/a.csv": Page(b"1", headers={"ETag": '"v"'})}) as server:
        files_of(AmazonS3(server.url, "eu-west-1", KEY)).read(BUCKET, "a.csv")

    (sent,) = server.headers
    assert "session-three" == sent["x-amz-security-token"]
    assert "eu-west-1/s3/aws4_request" in sent["authorization"]
    assert "host;x-amz-content-sha256;x-amz-date;x-amz-security-token" in sent["authorization"]
    assert SECRET not in str(sent)
    assert "secret" not in repr(KEY) + repr(AmazonS3(server.url, "r", KEY)) + repr(
        SelfSigned("secret")
    )


def test_a_redirect_is_not_followed_with_what_opens_the_bucket() -> None:
    """As S3 answers for a bucket of another region."""
    with serving_files({"/box/a.csv": Page(b"stolen")}) as other:
        moved = {"Location": f"{other.url}/box/a.csv", "x-amz-bucket-region": "eu-central-1"}
        with (
            serving_files({"/box/a.csv": Page(status=307, headers=moved)}) as server,
            pytest.raises(InvalidRequest, match=r"\(307\): the bucket is in 'eu-central-1'"),
        ):
            files_of(AmazonS3(server.url, "us-east-1", KEY)).read(BUCKET, "a.csv")

    assert [] == other.asked


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1:9", "https://169.254.169.254", "http://a.b"]
)
def test_an_endpoint_where_nobody_may_go_is_not_called(endpoint: str) -> None:
    for api in (AmazonS3(endpoint, "us-east-1", KEY), GoogleStorage(endpoint)):
        with pytest.raises(InvalidRequest):
            files_of(api, AddressGuard()).read(BUCKET, "a.csv")


def test_an_endpoint_whose_name_leads_inside_is_not_called() -> None:
    """The name is judged by its address at each call: whatever it was when it was put."""
    guard = AddressGuard(resolve=lambda host, port: ["10.0.0.1"])
    with pytest.raises(InvalidRequest, match=r"10\.0\.0\.1, which is not a public address"):
        files_of(AmazonS3("https://s3.example.org", "us-east-1"), guard).read(BUCKET, "a.csv")


@pytest.mark.parametrize("body", [b"<html/>", b"no xml", b"[]", b"{}x"])
def test_an_answer_that_is_no_listing_is_not_taken_for_an_empty_one(body: bytes) -> None:
    class Any200(dict[str, Page]):
        def get(self, *_: Any) -> Page:
            return Page(body)

    with serving_files(Any200()) as server:
        for api in (AmazonS3(server.url, "us-east-1"), GoogleStorage(server.url)):
            with pytest.raises(ServiceUnavailable, match="cannot be read"):
                list(files_of(api).list_blobs(BUCKET, "in/"))


def test_a_service_account_signs_its_own_token_to_read_and_until_it_ends(
    rsa: RSAPrivateKey,
) -> None:
    now = [1_900_000_000.0]
    signed = SelfSigned(key_file(rsa), lambda: now[0])
    with serving_files({"/box/a.csv": Page(b"1", headers={"x-goog-generation": "7"})}) as server:
        files = files_of(GoogleStorage(server.url, signed))
        assert "7" == files.read(BUCKET, "a.csv").etag

    scheme, token = server.headers[0]["authorization"].split()
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, rsa.public_key(), ["RS256"], options=options)
    assert ("Bearer", "k1") == (scheme, jwt.get_unverified_header(token)["kid"])
    assert ("a@b", "a@b", SCOPE) == (claims["iss"], claims["sub"], claims["scope"])
    now[0] += 3_000
    assert token == signed()
    now[0] += 400
    assert token != signed()


@pytest.mark.parametrize("key", ["{}", "no json", '{"client_email": "a", "private_key": "b"}'])
def test_a_key_that_signs_nothing_is_refused_without_a_word_of_it(key: str) -> None:
    with pytest.raises(StoreRefuses, match="signs nothing"):
        SelfSigned(key)()
