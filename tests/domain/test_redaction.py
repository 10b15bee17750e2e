"""Redaction: values of keys, signatures and tokens go, everything else stays."""

import pytest

from shared.domain.minibatch import Span
from shared.domain.outcome import KNOWN, FileError, Outcome
from shared.domain.provisioning import ProvisioningStep
from shared.domain.redaction import redacted

SECRETS = [
    b"DefaultEndpointsProtocol=https;AccountKey=SECRET==;EndpointSuffix=x",
    b"GET https://acc/x.csv?sv=1&sig=SECRET%3D&se=2",
    b"the signature is sig=SECRETSECRETSECRET%3D",
    b"Authorization: Bearer SECRET",
    b"{'Authorization': 'Bearer SECRET'}",
    b'"authorization": "Basic SECRET=="',
    b"(b'Authorization', b'Bearer SECRET')",
    b"Authorization: SharedKey account:SECRET=",
    b"bearer SECRET0SECRET12",
    b"using Bearer eySECRET.SECRET.SECRET now",
    b"token eyJSECRET12.eyJSECRET34.SECRETSECRET was sent",
    b"{'client_secret': 'SECRET~Q8'}",
    b'{"AccountKey": "SECRET=="}',
    b'{"account_key": "SECRET with blanks"}',
    b'{\\"password\\": \\"SECRET with blanks\\"}',
    b"password = 'SECRET with blanks'",
    b"'pwd': b'SECRET'",
    b"api_key = SECRET",
    b"aws_secret_access_key=SECRET",
    b"Server=x;Password=SECRET;Db=y",
    b"postgresql://user:SECRET@host/db",
    b"redis://:SECRET@host",
    b"https://f.example/api?code=SECRET==",
    b"x-functions-key: SECRET",
    b"refresh_token=SECRET&x=1",
    b"token=SECRETSECRETSECRET1234",
    b"hf_" + b"SECRET" * 6,
    b"the key " + b"SECRET" * 14 + b"ab== of the account",
    b"abc8Q~" + b"SECRET" * 5 + b"abcd",
    b"-----BEGIN RSA PRIVATE KEY-----\nSECRET\nSECRET\n-----END RSA PRIVATE KEY-----",
]
NO_SECRETS = [
    b"epoch 3: loss=0.25 accuracy=0.99; the bearer of bad news; sigma=2 sig=0.05\n\xff",
    b"tokens: 512, max_tokens=100 token=5 token: 12",
    b"KeyError: 'passenger'; key=value; task-key: 5; keyword: cat; code=5; zipcode=123",
    b"http://localhost:8080/x@y and azureml://datastores/x/paths/y:z, 12:00:00 user@host: done",
    b"sk-learn-pipeline-model-v1-final-best; sha256 " + b"a1" * 32,
    b"bearer responsibilities are shared",
]
# Whatever its form, a text is read in one pass of each rule.
ENDLESS = [b"a", b"eyJ", b"://", b"://aaa:", b"bearer ", b"password=", b"token ", b"authorization,"]


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_does_not_reach_the_log(line: bytes) -> None:
    assert b"SECRET" not in redacted(line)
    assert b"***" in redacted(line)


@pytest.mark.parametrize("line", NO_SECRETS)
def test_what_is_no_secret_stays(line: bytes) -> None:
    assert line == redacted(line)


def test_what_stands_around_secrets_stays() -> None:
    before = b"".join(b"line\n" + line + b"\n" for line in SECRETS)

    assert before.count(b"line\n") == redacted(before).count(b"line\n")
    assert b"EndpointSuffix=x" in redacted(before)


@pytest.mark.parametrize("piece", ENDLESS)
@pytest.mark.timeout(20)
def test_no_text_takes_long(piece: bytes) -> None:
    """A rule that looks back and forth would take hours."""
    flood = piece * ((1 << 20) // len(piece))

    assert len(redacted(flood)) <= len(flood)


def test_what_a_script_raises_is_reported_without_its_secrets() -> None:
    """In errors.jsonl, in the reason of a failed job, in why a deployment cannot score."""
    raised = "RuntimeError: no access with AccountKey=SECRET==;EndpointSuffix=x \ud800"
    error = FileError(
        file="a.csv",
        stage="score",
        error_type="RuntimeError",
        message=raised,
        mini_batch=0,
        attempts=1,
        certainty=KNOWN,
    )
    outcome = Outcome(span=Span(first=0, stop=1), fatal=raised)
    step = ProvisioningStep(reason=raised)

    for told in (error.message, error.summary, outcome.fatal, step.reason):
        assert "SECRET" not in told
        assert told.endswith("AccountKey=***;EndpointSuffix=x \ud800")
