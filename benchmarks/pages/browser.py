"""A real browser that counts: bytes on the wire, requests, frames, and when a page is usable."""

import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from local.issuer import Issuer
from local.sign_in_links import SignInLinks, sign_in_url

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
SIZE: ViewportSize = {"width": 1280, "height": 800}
SLICE_MS = 100
# When what the selector names has been painted, in milliseconds since the navigation began.
PAINTED = """(selector) => new Promise((done) => {
  const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  if (document.querySelector(selector)) return painted();
  const watcher = new MutationObserver(() => {
    if (!document.querySelector(selector)) return;
    watcher.disconnect();
    painted();
  });
  watcher.observe(document, { childList: true, subtree: true });
})"""
FRAMES = """() => {
  const times = [];
  let isOn = true;
  const step = (now) => (times.push(now), isOn && requestAnimationFrame(step));
  requestAnimationFrame(step);
  window.endFrames = () => ((isOn = false), times.slice(1).map((one, at) => one - times[at]));
}"""


@dataclass
class Traffic:
    """What the page asked for since; bytes are those on the wire, headers included."""

    requests: int = 0
    unchanged: int = 0
    received: int = 0
    sent: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])
    bytes_of: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True)
class Frames:
    """Times between frames, in milliseconds; 16.7 is the best there is."""

    count: int
    p50: float
    p95: float
    worst: float

    @classmethod
    def of(cls, gaps: list[float]) -> "Frames":
        ordered = sorted(gaps)
        middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        return cls(len(ordered), middle, late, ordered[-1])


@dataclass(frozen=True)
class Watched:
    seconds: float
    traffic: Traffic
    frames: Frames

    def per_minute(self, amount: int) -> float:
        return amount * 60 / self.seconds


class Tab:
    """A page whose requests are counted from its first on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.traffic = Traffic()
        self._asked = dict[str, str]()
        wire = page.context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", self._begin)
        wire.on("Network.requestWillBeSentExtraInfo", self._send)
        wire.on("Network.responseReceived", self._answer)
        wire.on("Network.loadingFinished", self._end)
        wire.send("Network.enable")

    def _begin(self, event: Any) -> None:
        if event["request"]["url"].startswith("http"):
            self._asked[event["requestId"]] = kind = kind_of(event["request"]["url"])
            self.traffic.requests += 1
            self.traffic.kinds[kind] += 1

    def _send(self, event: Any) -> None:
        self.traffic.sent += _length(event["headers"])

    def _answer(self, event: Any) -> None:
        if event["response"]["status"] == HTTPStatus.NOT_MODIFIED:
            self.traffic.unchanged += 1
            # The browser counts nothing for an answer that it has already: it was headers only.
            self.traffic.received += _length(event["response"]["headers"])

    def _end(self, event: Any) -> None:
        kind = self._asked.pop(event["requestId"], "")
        self.traffic.received += int(event["encodedDataLength"])
        self.traffic.bytes_of[kind] += int(event["encodedDataLength"])

    def open(self, url: str, selector: str) -> float:
        """Milliseconds from the navigation until what the selector names is painted."""
        self.traffic = Traffic()
        self.page.goto(url, wait_until="commit")
        return float(self.page.evaluate(PAINTED, selector))

    def watch(self, seconds: float, act: Callable[[Page, int], None] | None = None) -> Watched:
        """What it costs to have the page open for so long; `act` moves about meanwhile."""
        self.page.wait_for_timeout(SLICE_MS)
        self.page.evaluate(FRAMES)
        self.traffic, began, at = Traffic(), time.monotonic(), 0
        while (took := time.monotonic() - began) < seconds:
            if act:
                act(self.page, at)
                at += 1
            self.page.wait_for_timeout(SLICE_MS if act is None else 1)
        gaps = self.page.evaluate("window.endFrames()")
        return Watched(took, self.traffic, Frames.of(gaps))


def _length(headers: Mapping[str, Any]) -> int:
    """As they are on the wire: `name: value` and the end of the line."""
    return sum(len(name) + len(str(value)) + 4 for name, value in headers.items())


def kind_of(url: str) -> str:
    """An address without what differs from job to job."""
    path = re.sub(r"^/subscriptions/.*?/workspaces/[^/]+", "WORKSPACE", urlsplit(url).path)
    path = re.sub(r"/assets/\w+/.*", "/assets/...", path)
    return re.sub(r"(endpoints|batchEndpoints|jobs)/[^/]+", r"\1/*", path)


@contextmanager
def browsing() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise SystemExit("There is no Chromium here: install Debian's package chromium.")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def link_to(state: Path, page: str = "") -> str:
    """A one-use link that signs in."""
    url = json.loads((state / "ready.json").read_text())["url"]
    return sign_in_url(url, SignInLinks(state, Issuer(state)).create(), page)


class Session:
    """Somebody who signed in once; each of their browsers is new, and has no file in its cache."""

    def __init__(self, browser: Browser, state: Path) -> None:
        self._browser = browser
        with browser.new_context() as first:
            page = first.new_page()
            page.goto(link_to(state))
            page.get_by_role("navigation", name="Main").wait_for()
            self._kept = first.storage_state()

    def context(self) -> BrowserContext:
        return self._browser.new_context(storage_state=self._kept, viewport=SIZE)
