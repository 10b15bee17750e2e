"""Secrets in what scripts print and raise: taken out before it becomes a log or an answer.

Scorer processes are given none of the service's secrets; a script may bring its own.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

REDACTED = rb"\1***"
SECRETS = re.compile(
    rb"((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|client_secret"
    rb"|api[_-]?key|access[_-]?token)[\"']?\s*[:=]\s*[\"']?"  # key=value, or as JSON has it
    rb"|[?&;]sig="
    rb"|\bsig=(?=[A-Za-z0-9%+/=]{16})"  # as long as a signature, wherever it stands
    rb"|Authorization:\s*Bearer\s+|\bBearer\s+(?=ey)"
    rb"|\b(?=eyJ[\w-]{6,}\.[\w-]{6,}\.))"  # a JSON Web Token
    rb"[^\s;&\"']+",
    re.IGNORECASE,
)


def redacted(printed: bytes) -> bytes:
    """The same output with the values of keys, signatures and tokens replaced."""
    return SECRETS.sub(REDACTED, printed)


def redacted_text(text: str) -> str:
    """The same for text, such as the message of a script's exception."""
    return redacted(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")


type Told = Annotated[str, AfterValidator(redacted_text)]
"""What user code said, in a document, an answer or a history: without secrets."""
