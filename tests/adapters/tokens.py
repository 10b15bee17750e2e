"""A clock to turn, and what a refused token must not tell."""

import traceback

import pytest

from shared.adapters.entra import TokenVerifier
from shared.domain.errors import Unauthenticated
from tests.adapters.issuer import AUDIENCE


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(verifier: TokenVerifier, token: str) -> str:
    """The refusal's problem; no refusal repeats the token, and each names the way out."""
    with pytest.raises(Unauthenticated) as refused:
        verifier.verify(token)
    told = "".join(traceback.format_exception(refused.value))
    assert len(token) < 40 or token not in told
    assert AUDIENCE in refused.value.fix
    assert "Authorization" == refused.value.target
    return refused.value.problem
