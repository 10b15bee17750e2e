"""Buckets as `Blobs`: listed in name order and read, pinned by version; nothing is written there.

Each GET goes through the guard of addresses, to an address that was judged. A redirect is not
followed: it would carry what opens the bucket elsewhere.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

from shared.adapters.buckets.bucket_api import Asked, BucketApi, Page
from shared.adapters.web_files import PART, PLAIN, WHOLE, WebFiles
from shared.adapters.web_gets import REDIRECTS, WebAnswer
from shared.domain.errors import InvalidRequest, NotFound, ServiceUnavailable
from shared.ports import BlobItem

LARGEST_PAGE, OTHER_PAGE = 1_000, 700
"""The clouds give no more at once; a second listing's pages end elsewhere."""
LARGEST_OBJECT = 5 << 40
BEYOND = 416
PASSED = frozenset({400, BEYOND, *REDIRECTS})
"""Answers that are told of in words of our own."""


@dataclass(frozen=True)
class BucketFiles(WebFiles):
    """The `Blobs` port, for reading. Containers are buckets."""

    api: BucketApi = field(kw_only=True)
    most_bytes: int = LARGEST_OBJECT

    def container_exists(self, container: str) -> bool:
        try:
            self._page(container, Asked(most=1))
        except NotFound:
            return False
        return True

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        wanted = {**PLAIN, "Range": f"bytes={start}-{start + length - 1}"}
        with self._opened(container, name, wanted) as answer:
            if answer.status == BEYOND:
                return self._beyond(container, name, if_match)
            self.check_version(answer, container, name, if_match)
            if "content-range" not in answer.headers:  # some servers send parts as 200
                answer.body.read(start)
            return answer.body.read(length)

    def _beyond(self, container: str, name: str, if_match: str) -> bytes:
        """Nothing is there; an answer that says so does not have to tell of which version."""
        if if_match:
            with self._opened(container, name) as answer:
                self.check_version(answer, container, name, if_match)
        return b""

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        for page in self._pages(container, Asked(prefix=prefix)):
            yield from page.items

    def list_folders(self, container: str, prefix: str = "") -> Iterator[str]:
        for page in self._pages(container, Asked(prefix=prefix, is_flat=False)):
            yield from (one.removeprefix(prefix).removesuffix("/") for one in page.folders)

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        most = at_once + 1 if at_once < LARGEST_PAGE else OTHER_PAGE
        asked = Asked(
            prefix=prefix, start_after=start_after, most=most if at_once else LARGEST_PAGE
        )
        for page in self._pages(container, asked):
            yield from (one.name for one in page.items if one.name != start_after)

    def version_of(self, answer: WebAnswer) -> str:
        return self.api.version(answer.headers)

    def shown(self, container: str, name: str) -> str:
        return f"{self.api.scheme}://{container}/{name}"

    def _pages(self, container: str, asked: Asked) -> Iterator[Page]:
        while True:
            page = self._page(container, asked)
            yield page
            if not page.after:
                return
            asked = replace(asked, after=page.after)

    def _page(self, container: str, asked: Asked) -> Page:
        shown = self.shown(container, asked.prefix)
        with self._get(self.api.list_url(container, asked), PLAIN, shown) as answer:
            data = answer.body.read()
        try:
            return self.api.read_page(data)
        except (ValueError, KeyError, TypeError):
            raise ServiceUnavailable(
                f"The listing of '{shown}' cannot be read.",
                fix="Try again in a moment; if it stays, check the datastore's endpoint.",
                target="input",
            ) from None

    def _opened(
        self, container: str, name: str, headers: Mapping[str, str] = PLAIN
    ) -> AbstractContextManager[WebAnswer]:
        return self._get(self.api.object_url(container, name), headers, self.shown(container, name))

    @contextmanager
    def _get(self, url: str, headers: Mapping[str, str], shown: str) -> Iterator[WebAnswer]:
        own = {**headers, **self.api.headers(url)}
        with self.gets.get(url, own, shown) as answer:
            if answer.status not in {WHOLE, PART, BEYOND}:
                region = answer.headers.get("x-amz-bucket-region", "")
                where = f": the bucket is in '{region}'" if region else ""
                raise InvalidRequest(
                    f"'{shown}' is not to be had at that endpoint ({answer.status}){where}.",
                    fix="Correct the datastore's region, its endpoint or its bucket.",
                    target="input",
                )
            yield answer
