"""The index of jobs: empty blobs whose names list jobs newest first, without reading documents.

    time/<key>                              every job
    endpoints/<endpoint>/<key>              one endpoint's
    deployments/<endpoint>/<deployment>/<key>   one deployment's
    children/<run>                          the job of a scoring step, as the blob's content

A key is the time that remains until the end of all clocks, and the job's name. Entries are written
before the job's document: one whose job is missing, or was created at another time, is nobody's.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobSpec
from shared.ports import Blobs

CONTAINER = "batch-index"
EVERYTHING = "time"
# Milliseconds since 1970, in 13 digits, last until the year 2286.
END_OF_TIME_MS = 9_999_999_999_999
KEY = re.compile(r"[0-9]{13}_[-_.a-zA-Z0-9]{1,255}")
# Each job has four entries; some jobs are submitted at once.
_WRITERS = ThreadPoolExecutor(16, thread_name_prefix="job-index")


def of_endpoint(endpoint: str) -> str:
    """The folder of an endpoint's jobs; endpoints' names are the same in any case."""
    return f"endpoints/{endpoint.lower()}"


def of_deployment(endpoint: str, deployment: str) -> str:
    return f"deployments/{endpoint.lower()}/{deployment.lower()}"


class JobIndex:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def add(self, spec: JobSpec) -> None:
        """Side by side. Doing so again changes nothing."""
        entries = {f"{folder}/{key_of(spec)}": b"" for folder in _folders(spec)}
        entries[_child(spec.child)] = spec.name.encode()
        list(_WRITERS.map(lambda one: self._blobs.write(CONTAINER, *one), entries.items()))

    def forget(self, spec: JobSpec) -> None:
        """All entries but the one that lists every job."""
        self._blobs.delete(CONTAINER, _child(spec.child))
        for folder in _folders(spec):
            if folder != EVERYTHING:
                self._blobs.delete(CONTAINER, f"{folder}/{key_of(spec)}")

    def forget_key(self, key: str) -> None:
        """The entry that lists every job."""
        self._blobs.delete(CONTAINER, f"{EVERYTHING}/{key}")

    def keys(self, folder: str, after: str, at_once: int) -> Iterator[str]:
        """The folder's keys after that one, newest first; raises InvalidRequest for no key."""
        if after and not KEY.fullmatch(after):
            raise InvalidRequest(
                f"'{after[:100]}' is not a place in a list of jobs.",
                fix="Follow the nextLink of the page before, or leave it out to begin anew.",
                target="$skiptoken",
            )
        prefix = f"{folder}/"
        start_after = f"{prefix}{after}" if after else ""
        for name in self._blobs.list_names(CONTAINER, prefix, start_after, at_once=at_once):
            yield name.removeprefix(prefix)

    def job_of(self, child: str) -> str:
        """The name of the job whose scoring step that run is; empty if there is none."""
        try:
            return self._blobs.read(CONTAINER, _child(child)).data.decode()
        except (NotFound, InvalidRequest):
            return ""


def name_in(key: str) -> str:
    """The job's name in a key."""
    return key.partition("_")[2]


def created_at(key: str) -> datetime:
    """When the job of a key was created."""
    return datetime.fromtimestamp((END_OF_TIME_MS - int(key.partition("_")[0])) / 1000, UTC)


def key_before(moment: datetime) -> str:
    """A key that comes before those of all jobs that were created before that moment."""
    return f"{END_OF_TIME_MS - int(moment.timestamp() * 1000):013d}_-"


def is_entry(folder: str, key: str, spec: JobSpec) -> bool:
    """Whether that entry is this job's, not one that a failed attempt left behind."""
    return key == key_of(spec) and folder in _folders(spec)


def key_of(spec: JobSpec) -> str:
    return f"{END_OF_TIME_MS - int(spec.created_at.timestamp() * 1000):013d}_{spec.name}"


def _folders(spec: JobSpec) -> tuple[str, str, str]:
    deployment = of_deployment(spec.endpoint, spec.deployment)
    return EVERYTHING, of_endpoint(spec.endpoint), deployment


def _child(run: str) -> str:
    return f"children/{run.lower()}"
