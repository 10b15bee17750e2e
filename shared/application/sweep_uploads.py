"""Sweep uploads: those that were started and never used, and those that nothing names any more.

Of an upload that a client made for an asset the files go once no version of an asset is registered
over them, no kept job was scored with them or on them, and nobody wrote there for long enough. The
registry is asked again right before: a client may find old files, and register them anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.application.house_phases import Look
from shared.domain.errors import NotFound
from shared.domain.housekeeping import (
    SHORTEST,
    Finding,
    HousekeepingRule,
    Named,
    Retention,
    names_of,
)
from shared.domain.resolved_deployment import Location
from shared.ports import BlobItem, Blobs
from shared.stores.cleared_jobs import ClearedJobs
from shared.stores.housekeeping_walks import HousekeepingWalks
from shared.stores.job_index import key_before
from shared.stores.registered_places import RegisteredPlaces
from shared.stores.uploads import Uploads

# Where the official client, and `bep`, put the files of assets.
CLIENTS_FOLDER = "LocalUpload"


@dataclass(frozen=True)
class SweepStartedUploads:
    uploads: Uploads
    blobs: Blobs
    retention: Retention

    def __call__(self, look: Look) -> bool:
        days = max(self.retention.started_upload_days, SHORTEST.days)
        for container in list(self.uploads.unused((look.now - timedelta(days=days)).date())):
            if look.is_late():
                return False
            files = _files(self.blobs, Location(container=container, path=""))
            if look.is_dry or self.uploads.discard_unused(container):
                reason = f"nothing was registered in it for {days} days"
                look.found.append(
                    _found(HousekeepingRule.STARTED_UPLOADS, container, files, reason)
                )
        return True


@dataclass(frozen=True)
class SweepUploads:
    """`container` is the default datastore's. `after` is the last folder that was looked at."""

    uploads: Uploads
    jobs: ClearedJobs
    walks: HousekeepingWalks
    places: RegisteredPlaces
    blobs: Blobs
    container: str
    retention: Retention

    def __call__(self, look: Look) -> bool:
        days = self.retention.upload_days
        if not days:
            return True
        before = look.now - max(timedelta(days=days), SHORTEST)
        named = Named([*self.walks.named(look.position), *self._named_now(look)])
        for place in self._all():
            if str(place) <= look.position.after:
                continue
            if look.is_late():
                return False
            files = _files(self.blobs, place)
            is_old = all(_modified(one) < before for one in files)
            if is_old and not named.touches(place) and self._remove(place, files, look):
                reason = f"nothing names it, not written to for {days} days"
                look.found.append(_found(HousekeepingRule.UPLOADS, str(place), files, reason))
            look.move(after=str(place))
        return True

    def _all(self) -> list[Location]:
        folders = self.blobs.list_folders(self.container, f"{CLIENTS_FOLDER}/")
        own = [
            Location(container=self.container, path=f"{CLIENTS_FOLDER}/{one}") for one in folders
        ]
        apart = [Location(container=one, path="") for one in self.uploads.used()]
        return sorted([*own, *apart], key=str)

    def _named_now(self, look: Look) -> Iterator[Location]:
        """By what is registered, and by jobs that came since the walk began."""
        yield from self.places.all()
        for job in self.jobs.until(key_before(look.now)):
            yield from names_of(job)

    def _remove(self, place: Location, files: list[BlobItem], look: Look) -> bool:
        if look.is_dry:
            return True
        if Named(self._named_now(look)).touches(place):
            return False
        if not place.path:
            self.uploads.discard_used(place.container)
            return True
        for file in files:
            self.blobs.delete(place.container, file.name, if_match=file.etag)
        return True


def _files(blobs: Blobs, place: Location) -> list[BlobItem]:
    try:
        return list(blobs.list_blobs(place.container, place.inside("")))
    except NotFound:  # the container was never made, or is gone already
        return []


def _modified(item: BlobItem) -> datetime:
    return parsedate_to_datetime(item.last_modified)


def _found(rule: HousekeepingRule, name: str, files: list[BlobItem], reason: str) -> Finding:
    size = sum(one.size for one in files)
    return Finding(rule=rule, name=name, count=max(1, len(files)), bytes=size, reason=reason)
