"""Inputs: from a reference to a location in the store, and from there to its files."""

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import PurePosixPath

from shared.domain.asset import AssetId, Data, DataType
from shared.domain.bucket_path import BucketPath
from shared.domain.errors import InvalidRequest, NotFound, allowed_for, found_for
from shared.domain.listing import ListingSum
from shared.domain.minibatch import PlannedFile
from shared.domain.reference import BlobUrl, DatastorePath, InputReference, parse_input
from shared.domain.resolved_deployment import Location
from shared.domain.selection import WHOLE_FOLDER, Selection, Skipped
from shared.domain.upload_batch import Upload
from shared.ports import BlobItem, Blobs
from shared.stores.chosen_files import FOLDER_MARK, IN_FOLDER, Choice
from shared.stores.datastores import Datastores
from shared.stores.published import OWNER
from shared.stores.registry import Registry

# Not what the store gives at once (5000), and few pages: those of the second listing end elsewhere.
OTHER_PAGE = 4_900
# Of a folder from which files are chosen, at invoke: in a larger one planning finds them, or none.
MOST_LOOKED_AT = 20_000
# Of a folder, to see whether it holds a file at all.
FEW = 20

type Watch = Callable[[], object]
"""Called for each name that is listed, kept or not: what it raises ends the listing."""


class Inputs:
    """Resolves references, and lists the files that count as input."""

    def __init__(self, blobs: Blobs, registry: Registry, datastores: Datastores) -> None:
        self._blobs = blobs
        self._registry = registry
        self._datastores = datastores

    def resolve(self, uri: str, *, target: str) -> tuple[Location, DataType | None]:
        """Where a reference points, and its type if it tells: by a last slash, or by registration.

        Raises InvalidRequest or NotFound, naming `target`.
        """
        reference, kind = parse_input(uri, target=target), None
        if isinstance(reference, AssetId):
            data = self._data(reference, target)
            reference, kind = parse_input(data.uri, target=target), data.type
        if not isinstance(reference, AssetId) and reference.path.endswith("/"):
            kind = DataType.URI_FOLDER
        return self._locate(reference, target), kind

    def address(self, uri: str, *, target: str) -> str:
        """The address of the files that a reference names: of a data asset, its own.

        Raises InvalidRequest or NotFound, naming `target`.
        """
        reference = parse_input(uri, target=target)
        return self._data(reference, target).uri if isinstance(reference, AssetId) else uri

    def _data(self, asset: AssetId, target: str) -> Data:
        with found_for(target):
            return self._registry.data_asset(asset)

    def _locate(self, reference: InputReference, target: str) -> Location:
        match reference:
            case DatastorePath(datastore=datastore, path=path):
                container = self._datastores.container(datastore, target=target)
                return Location(container=container, path=path.strip("/"))
            case BucketPath():
                return self._datastores.bucket(reference, target=target)
            case BlobUrl():
                return self._datastores.blob(reference, target=target)
            case AssetId():
                raise InvalidRequest(
                    f"The data asset points to another data asset, '{reference}'.",
                    fix="Register it with the address of its files.",
                    target=target,
                )

    def hold(self, location: Location, job: str) -> None:
        """Note that a job needs what opens its input; to be called before there is the job."""
        self._datastores.hold(location, job)

    def check(
        self,
        location: Location,
        kind: DataType,
        *,
        target: str,
        selection: Selection = WHOLE_FOLDER,
    ) -> DataType:
        """Whether there is a folder or a file: as the store says; where it has both, it is `kind`.

        Raises NotFound unless there is at least one input file, and InvalidRequest where another
        account does not let the service in.
        """
        with allowed_for(target):
            return self._check(location, kind, target, selection)

    def _check(
        self, location: Location, kind: DataType, target: str, selection: Selection
    ) -> DataType:
        skipped = Skipped()
        for there in (kind, *(other for other in DataType if other is not kind)):
            if self._has_any(location, there, selection, skipped):
                return there
        if kind is DataType.URI_FILE or (_is_like_a_file(location) and not skipped.total):
            raise NotFound(
                f"There is no file '{location}', and no folder of that name with input files.",
                fix="Upload it first.",
                target=target,
            )
        found = f" What is there does not count as input: {skipped}." if skipped.total else ""
        fix = (
            "Upload files directly into the folder first; nested folders are not walked."
            if selection.is_default
            else "Upload files that are chosen, or choose others."
        )
        raise NotFound(
            f"There are no input files in the folder '{location}'.{found}", fix=fix, target=target
        )

    def _has_any(
        self, location: Location, kind: DataType, selection: Selection, skipped: Skipped
    ) -> bool:
        """Of a very large folder from which is chosen, the plan will tell."""
        if kind is DataType.URI_FILE:
            return next(self._one_file(location), None) is not None
        if selection.is_default and self._begins_with_a_file(location):
            return True
        items, prefix = self._items(location), location.inside("")
        looked_at = islice(items, None if selection.is_default else MOST_LOOKED_AT)
        any_of = selection.model_copy(update={"newest": 0})
        if next(Choice(any_of).of(looked_at, prefix, skipped), None) is not None:
            return True
        return next(items, None) is not None

    def _begins_with_a_file(self, location: Location) -> bool:
        """Seen without a page of thousands, which takes a store longer than all else here."""
        container, prefix = location.container, location.inside("")
        names = islice(self._blobs.list_names(container, prefix, at_once=FEW), FEW)
        named = IN_FOLDER.of((BlobItem(name, "", 0) for name in names), prefix, Skipped())
        first = next(named, None)
        if first is None:
            return False
        return (
            next(self._one_file(Location(container=container, path=first.name)), None) is not None
        )

    def names(self, location: Location, kind: DataType) -> Iterator[str]:
        """Every name in the folder, by a listing of its own; of a single file, none."""
        if kind is DataType.URI_FOLDER:
            prefix = location.inside("")
            yield from self._blobs.list_names(location.container, prefix, at_once=OTHER_PAGE)

    def folders(self, container: str) -> set[str]:
        """The folders of a container that hold anything, by one listing."""
        try:
            return set(self._blobs.list_folders(container))
        except NotFound:
            return set()

    def uploads(self, location: Location) -> Iterator[Upload]:
        """The input files of a folder, with the moments of their last change."""
        prefix = location.inside("")
        items = self._blobs.list_blobs(location.container, prefix)
        for item in IN_FOLDER.of(items, prefix, Skipped()):
            modified_at = parsedate_to_datetime(item.last_modified)
            is_output = OWNER in item.metadata
            yield Upload(file=_planned(item), modified_at=modified_at, is_output=is_output)

    def files(
        self,
        location: Location,
        kind: DataType,
        skipped: Skipped | None = None,
        listed: ListingSum | None = None,
        choice: Choice = IN_FOLDER,
        watch: Watch = lambda: None,
    ) -> Iterator[PlannedFile]:
        """The input files in name order, page by page; what is left out is counted in `skipped`.

        Nested folders are not walked, unless the choice includes some; hidden files, folder markers
        and the marks of Spark are not inputs. A single file is one, whatever its name. Every name
        that was listed, left out or not, goes into `listed`, and `watch` is called before it does.
        """
        if kind is DataType.URI_FILE:
            yield from self._one_file(location)
            return
        items = self._items(location, listed, watch)
        left_out = Skipped() if skipped is None else skipped
        yield from map(_planned, choice.of(items, location.inside(""), left_out))

    def _items(
        self, location: Location, listed: ListingSum | None = None, watch: Watch = lambda: None
    ) -> Iterator[BlobItem]:
        for item in self._blobs.list_blobs(location.container, location.inside("")):
            watch()
            if listed is not None:
                listed.add(item.name)
            yield item

    def _one_file(self, location: Location) -> Iterator[PlannedFile]:
        if not location.path:
            return
        try:
            blob = self._blobs.head(location.container, location.path)
        except NotFound:
            return
        if not blob.metadata.get(FOLDER_MARK):
            yield PlannedFile(name=location.path, etag=blob.etag, size=blob.size)


def _is_like_a_file(location: Location) -> bool:
    """Whether its name ends as those of files do; nobody said what it is."""
    return bool(PurePosixPath(location.path).suffix)


def _planned(item: BlobItem) -> PlannedFile:
    return PlannedFile(name=item.name, etag=item.etag, size=item.size)
