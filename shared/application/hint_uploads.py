"""Hints that something was uploaded: each only makes sure that its watch's gathering runs.

An event that is lost, late, doubled or wrong does no harm: what counts is what the folder holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.application.find_watch import every_watch, find_watch
from shared.application.gather_uploads import GatherUploads
from shared.application.starting import ensure_started
from shared.domain.errors import NotFound
from shared.domain.function_names import GATHER_UPLOADS
from shared.domain.names import ENDPOINT_NAME
from shared.domain.resolved_deployment import Location
from shared.domain.watch import INBOX, INBOX_CONTAINER, Watch, WatchState
from shared.ports import Orchestrations
from shared.stores.datastores import Datastores
from shared.stores.registry import Registry


@dataclass(frozen=True)
class HintUploads:
    registry: Registry
    datastores: Datastores
    gather: GatherUploads

    def of_inbox(self, endpoint: str, orchestrations: Orchestrations) -> None:
        """Something came into an endpoint's inbox; it may be nobody's."""
        for watch in self._inbox(endpoint):
            _ensure_gathering(watch, orchestrations)

    def of_blobs(self, blobs: Iterable[Location], orchestrations: Orchestrations) -> int:
        """Something came to these places; returns how many watches look at them.

        Inboxes are found by name; of the others each document is read once, whatever was told.
        """
        places = {(blob.container, blob.path.rpartition("/")[0]) for blob in blobs}
        inboxes = [folder for container, folder in places if container == INBOX_CONTAINER]
        watches = [watch for folder in inboxes for watch in self._inbox(folder)]
        watches += self._put_for(places)
        for watch in watches:
            _ensure_gathering(watch, orchestrations)
        return len(watches)

    def sweep(self, orchestrations: Orchestrations) -> int:
        """Start the gathering of every watch that has something to do; returns how many.

        An inbox that is empty and never had a batch is not looked at: two listings tell of all.
        """
        filled = self.gather.inputs.folders(INBOX_CONTAINER)
        recorded = self.gather.records.endpoints()

        def may_have_work(watch: Watch) -> bool:
            has_record = watch.endpoint.lower() in recorded
            return not watch.is_built_in or has_record or watch.source.folder in filled

        all_of_them = filter(may_have_work, every_watch(self.registry))
        watches = [one for one in all_of_them if self.gather.has_work(one)]
        for watch in watches:
            _ensure_gathering(watch, orchestrations)
        return len(watches)

    def _inbox(self, folder: str) -> Iterator[Watch]:
        """The enabled inbox of that folder, if it is one."""
        if not ENDPOINT_NAME.fullmatch(folder):
            return
        entry = self.registry.endpoints.find(folder)
        if entry is None or entry.resource.deletion:
            return
        watch = find_watch(self.registry, entry, INBOX).resource
        if watch.state is WatchState.ENABLED and watch.source.folder == folder:
            yield watch

    def _put_for(self, places: set[tuple[str, str]]) -> Iterator[Watch]:
        """The enabled watches besides inboxes that look at one of these containers and folders."""
        folders = {folder for _, folder in places}
        for entry in self.registry.watches.iterate(levels=2):
            watch = entry.resource
            if watch.is_built_in or watch.source.folder not in folders:
                continue
            is_enabled = watch.state is WatchState.ENABLED
            if is_enabled and self._place(watch) in places and self._has_endpoint(watch):
                yield watch

    def _has_endpoint(self, watch: Watch) -> bool:
        entry = self.registry.endpoints.find(watch.endpoint)
        if entry is None or entry.resource.deletion:
            return False
        return entry.resource.incarnation == watch.endpoint_incarnation

    def _place(self, watch: Watch) -> tuple[str, str]:
        """Its container and folder; nowhere, if its datastore is gone."""
        source = watch.source
        try:
            return self.datastores.container(source.datastore, target="source"), source.folder
        except NotFound:
            return "", ""


def _ensure_gathering(watch: Watch, orchestrations: Orchestrations) -> None:
    task = watch.task
    ensure_started(orchestrations, GATHER_UPLOADS, task.instance, task.to_wire(), again=True)
