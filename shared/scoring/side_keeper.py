"""The side outputs of one scorer, over the lives of its processes."""

from dataclasses import replace
from pathlib import Path

from shared.domain.side_names import SideNames
from shared.scoring.session import writes_under
from shared.scoring.side_outputs import BadSideName, SideFile, SideOutputs
from shared.scoring.spec import ScorerSpec
from shared.scoring.verdicts import side_verdict


class SideKeeper:
    def __init__(self, folder: Path) -> None:
        self._outputs = SideOutputs(folder)
        self._init_wrote = False

    @property
    def writable(self) -> Path:
        """What the script may write: the folder that holds its own."""
        return self._outputs.live.parent

    @property
    def is_needed(self) -> bool:
        """Whether the next process goes on with what this one's has written."""
        return not self._outputs.is_empty

    @property
    def is_committed(self) -> bool:
        return self._outputs.is_committed

    def equip(self, spec: ScorerSpec) -> ScorerSpec:
        """The spec of a new process: it finds the folder as it was when last accepted."""
        self._outputs.restore()
        folder = ("AZUREML_BI_OUTPUT_PATH", str(self._outputs.live))
        return replace(spec, environment=(*spec.environment, folder))

    def note_init(self) -> None:
        """What is there now was written by init(), and comes with the first mini-batch."""
        self._init_wrote = not self._outputs.is_untouched()

    def accept(self, to: Path, names: SideNames) -> tuple[SideFile, ...]:
        """What changed; raises ScoringFailed if it cannot be taken over."""
        try:
            accepted = self._outputs.accept(to, names)
        except (OSError, BadSideName) as error:
            raise side_verdict(error) from error
        self._init_wrote = False
        return accepted

    def undo(self, pid: int) -> bool:
        """Leave nothing of a failed try. False: that takes a new process.

        For what init() wrote cannot be told from what run() wrote, nor can a file be cut that
        the process goes on writing to.
        """
        if self._init_wrote or writes_under(pid, self._outputs.live):
            return False
        try:
            self._outputs.restore()
        except OSError:
            return False
        return True

    def commit(self) -> None:
        self._outputs.commit()

    def roll_back(self) -> None:
        self._outputs.roll_back()
