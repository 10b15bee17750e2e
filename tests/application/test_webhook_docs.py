"""The page's own way to verify: it takes what we send, and nothing else."""

import re
from pathlib import Path
from typing import Any

from shared.domain.job import JobStatus
from tests.support.receiver import receiving
from tests.support.webhooks import Hooked

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"


def test_the_pages_lines_verify_what_is_sent_and_refuse_what_was_changed(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    hooked, names = Hooked(tmp_path), dict[str, Any]()
    with receiving() as receiver:
        secret = hooked.secret("cellar", receiver.url)
        hooked.job("job-1", JobStatus.COMPLETED)
        hooked.announce.end("job-1", hooked.hub)
        hooked.play_all()
    exec(code[0].replace("whsec_...", secret), names)  # noqa: S102  # the page's own
    post = receiver.posts[0]

    assert "job-1" == names["event_of"](post.body, dict(post.headers))["subject"]
    assert names["event_of"](post.body + b" ", dict(post.headers)) is None
