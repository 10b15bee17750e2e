"""A job that has some of everything: failing files, a hostile name, a second try, many rows."""

from typing import Any
from urllib.parse import quote

from tests.support.deploying import deploy_on
from tests.support.stack import WORKSPACE, Stack

ENDPOINT = "job-page"
HOSTILE = "<img src=x onerror=window.hit=1>"
SCRIPT = """\
import os
import time

seen = set()


def init():
    print("the model is loaded")


def score(path):
    name, text = os.path.basename(path), open(path).read()
    print("scoring", name)
    if text == "bad":
        raise ValueError(f"no number in '{name}'")
    if text == "hostile":
        raise RuntimeError("<img src=x onerror=window.hit=1>")
    if text == "once" and name not in seen:
        seen.add(name)
        raise OSError("it comes back")
    time.sleep(0 if text == "once" else float(text))
    return f"{name},{text}"


def run(mini_batch):
    return [score(path) for path in mini_batch]
"""
FILES = {
    **{f"wine-{at:02d}.csv": b"0" for at in range(20)},
    "wine-03.csv": b"bad",
    "wine-11.csv": b"bad",
    "wine-07.csv": b"once",
    f"{HOSTILE}.csv": b"hostile",
}
PARTS = ("", "mini-batches", "timeline", "errors", "logs", "outputs")


class Inside:
    """Jobs of one deployment, whose mini-batches are single files."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        tries = {"maxRetries": 2, "timeout": "PT30S"}
        folder = stack.upload(f"code/{ENDPOINT}", {"score.py": SCRIPT.encode()})
        code = f"/codes/{ENDPOINT}/versions/1"
        stack.put(code, {"properties": {"codeUri": folder}})
        script = {"codeId": f"{WORKSPACE}{code}", "scoringScript": "score.py"}
        deploy_on(stack, ENDPOINT, codeConfiguration=script, miniBatchSize=1, retrySettings=tries)
        self.mixed = stack.upload("job-page/mixed", FILES)
        story = {f"slow-{at:02d}.csv": b"0.25" for at in range(16)}
        self.story = stack.upload("job-page/story", {**story, "wine-11.csv": b"bad"})
        slow = {f"slow-{at:02d}.csv": b"0.5" for at in range(24)}
        self.slow = stack.upload("job-page/slow", slow)
        lasting = {f"lasting-{at:03d}.csv": b"1" for at in range(240)}
        self.lasting = stack.upload("job-page/lasting", lasting)  # until it is canceled
        self.ended = self.start(self.mixed, name="seen-inside")
        stack.ended(self.ended)

    def start(self, uri: str, **more: Any) -> Any:
        return self.stack.invoke(ENDPOINT, uri, **more)

    @staticmethod
    def path(job: Any, part: str = "") -> str:
        return f"/jobs/{quote(job['name'])}" + (f"/{part}" if part else "")
