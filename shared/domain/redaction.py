"""Secrets in what scripts print: taken out before it becomes a log.

Scorer processes are given none of the service's secrets; a script may bring its own.
"""

import re

REDACTED = rb"\1***"
SECRETS = re.compile(
    rb"((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=|[?&;]sig="
    rb"|Authorization:\s*Bearer\s+|\bBearer\s+(?=ey))[^\s;&\"']+",
    re.IGNORECASE,
)


def redacted(printed: bytes) -> bytes:
    """The same output with the values of keys, signatures and tokens replaced."""
    return SECRETS.sub(REDACTED, printed)
