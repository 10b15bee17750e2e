"""What signs somebody in to the Studio: a bearer token, the code of a one-use link, or an answer.

The answer is the query with which Entra ID sends the browser back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.schemas.fields import Fields


@dataclass(frozen=True)
class Proof:
    """Exactly one of them is not empty."""

    token: str = ""
    code: str = ""
    answer: Mapping[str, str] = field(default_factory=dict[str, str])


def read_proof(body: JSON) -> Proof:
    """Raises InvalidRequest."""
    fields = Fields.of(body)
    proof = Proof(
        fields.text("token").strip(), fields.text("code").strip(), fields.strings("answer")
    )
    fields.refuse_others()
    if [bool(proof.token), bool(proof.code), bool(proof.answer)].count(True) != 1:
        raise InvalidRequest(
            "The sign-in needs one proof: a token, a code or an answer.",
            fix='Send {"token": "..."}, {"code": "..."} or {"answer": {...}}.',
            target="token",
        )
    return proof
