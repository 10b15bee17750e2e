"""All that shows a job from inside, over the same sheets: what people look at while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from shared.application.advise_job import AdviseJob
from shared.application.explain_errors import ExplainErrors
from shared.application.find_job_files import FindJobFiles
from shared.application.follow_job import FollowJob
from shared.application.inspect_job import InspectJob
from shared.application.preview_output import PreviewOutput
from shared.application.read_partial import ReadPartial
from shared.application.watch_log import WatchLog
from shared.ports import Blobs
from shared.stores.log_reader import LogReader
from shared.stores.plans import Plans
from shared.stores.recent import Recent
from shared.stores.results import Results
from shared.stores.sheets import Sheets

# Answers of some 100 kB each, that two viewers ask for at about the same time.
ANSWERS_KEPT = 16


def _answers() -> Recent[str, bytes]:
    return Recent(ANSWERS_KEPT)


@dataclass(frozen=True)
class LookIntoJob:
    sheets: Sheets
    inspect: InspectJob
    explain: ExplainErrors
    advise: AdviseJob
    preview: PreviewOutput
    read_partial: ReadPartial
    watch_log: WatchLog
    _kept: Recent[str, bytes] = field(default_factory=_answers)

    @classmethod
    def over(
        cls, blobs: Blobs, results: Results, plans: Plans, follow: FollowJob, files: FindJobFiles
    ) -> Self:
        sheets = Sheets(blobs, results)
        inspect = InspectJob(follow, sheets, plans)
        return cls(
            sheets,
            inspect,
            ExplainErrors(inspect),
            AdviseJob(inspect, follow.jobs),
            PreviewOutput(files, blobs),
            ReadPartial(sheets, results, plans),
            WatchLog(LogReader(blobs)),
        )

    def once(self, key: str, make: Callable[[], bytes]) -> bytes:
        """What was made under that key lately, or is made now; a key says all it depends on."""
        found = self._kept.get(key)
        if found is None:
            found = make()
            self._kept.put(key, found)
        return found
