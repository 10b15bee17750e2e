"""What the documents of a job are called, inside the container of jobs."""

import hashlib

from shared.domain.errors import Conflict


def name_of(job: str) -> str:
    return f"{job}/job.json"


def claim_name(endpoint: str, request_id: str) -> str:
    """The document that binds a request id to its job."""
    key = hashlib.sha256(f"{endpoint}\n{request_id}".encode()).hexdigest()
    return f"_requests/{key}.json"


def name_taken(name: str) -> Conflict:
    return Conflict(
        f"A job named '{name}' exists.",
        fix="Choose another name, or leave it out to have one made.",
        target="name",
    )
