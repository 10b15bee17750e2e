"""Which ids an instance may get over HTTP, where an id is part of the path."""

import unicodedata

LONGEST = 256  # characters
FORBIDDEN = "/\\#?"


def fault_of_id(instance_id: str) -> str:
    """What is wrong with an id; empty when it may be used."""
    if instance_id.startswith("@"):
        return f"Orchestration instance ids must not start with '@': '{instance_id}'."
    if len(instance_id) > LONGEST:
        return f"An instance id has at most {LONGEST} characters, this one {len(instance_id)}."
    if any(one in FORBIDDEN or unicodedata.category(one) == "Cc" for one in instance_id):
        return (
            f"An instance id must not contain '/', '\\\\', '#', '?' or control characters: "
            f"{instance_id!r}."
        )
    return ""
