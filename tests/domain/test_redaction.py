"""Redaction: values of keys, signatures and tokens go, everything else stays."""

import pytest

from shared.domain.minibatch import Span
from shared.domain.outcome import KNOWN, FileError, Outcome
from shared.domain.provisioning import ProvisioningStep
from shared.domain.redaction import redacted


@pytest.mark.parametrize(
    "line",
    [
        b"DefaultEndpointsProtocol=https;AccountKey=SECRET==;EndpointSuffix=x",
        b"GET https://acc/x.csv?sv=1&sig=SECRET%3D&se=2",
        b"the signature is sig=SECRETSECRETSECRET%3D",
        b"Authorization: Bearer SECRET",
        b"token eyJSECRET12.eyJSECRET34.SECRETSECRET was sent",
        b"{'client_secret': 'SECRET~Q8'}",
        b'{"AccountKey": "SECRET=="}',
        b"api_key = SECRET",
        b"using Bearer eySECRET.SECRET.SECRET now",
        b"Server=x;Password=SECRET;Db=y",
    ],
)
def test_a_secret_does_not_reach_the_log(line: bytes) -> None:
    assert b"SECRET" not in redacted(line)
    assert b"***" in redacted(line)


def test_what_is_no_secret_stays() -> None:
    line = b"epoch 3: loss=0.25 accuracy=0.99; the bearer of bad news; sigma=2 sig=0.05\n\xff"

    assert line == redacted(line)


def test_what_a_script_raises_is_told_without_its_secrets() -> None:
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
