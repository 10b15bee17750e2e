"""The ids of orchestrations, within what every backend of Durable Functions takes.

Azure Storage takes longer ones; the Durable Task Scheduler and MSSQL take 100 characters.
"""

import hashlib

LONGEST_INSTANCE_ID = 100
_DIGEST = 40  # hexadecimal digits
_MARK = "~"  # in no name, so that no name is another one's short form
_SUFFIX = 16  # of a child: `:123456.20`, with room for more shards than anybody has


def instance_id(name: str) -> str:
    """A name as an id that leaves room for a child's suffix; what is too long ends in a digest."""
    longest = LONGEST_INSTANCE_ID - _SUFFIX
    if len(name) <= longest:
        return name
    head = name[: longest - _DIGEST - len(_MARK)]
    return f"{head}{_MARK}{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]}"
