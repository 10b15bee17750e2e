"""The start of one scorer process: its folders, its view of the model, its side files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from shared.scoring.child.messages import InitRequest
from shared.scoring.models.model_view import ModelView, make_view
from shared.scoring.scorer.output_log import OutputLogs
from shared.scoring.scorer.scorer_folders import ProcessFolders, ScorerFolders
from shared.scoring.scorer.scorer_process import ScorerProcess
from shared.scoring.scorer.scorer_side_files import ScorerSideFiles
from shared.scoring.scorer.verdicts import start_verdict
from shared.scoring.scorer_spec import ScorerSpec

Launch = Callable[[ScorerSpec, ProcessFolders, OutputLogs], ScorerProcess]


@dataclass(frozen=True)
class StartedProcess:
    """A process that runs and has loaded nothing yet: `init` is what it waits for."""

    process: ScorerProcess
    model: ModelView
    init: InitRequest


def start_process(
    launch: Launch,
    spec: ScorerSpec,
    workplace: ScorerFolders,
    side: ScorerSideFiles | None,
    logs: OutputLogs,
) -> StartedProcess:
    """Raises InitFailed when there is no room for it, or no such interpreter."""
    writable = (side.writable,) if side else ()
    folders = workplace.new_process(*writable, *spec.writable, has_script=bool(spec.script))
    model = _view_model(spec, folders.home)
    own = replace(spec, model_dir=model.path)
    if side is not None:
        own = side.equip(own)
    try:
        return StartedProcess(launch(own, folders, logs), model, own.init_request)
    except OSError as error:
        what = f"The interpreter '{spec.python}' cannot be started"
        raise start_verdict(what, error) from error


def _view_model(spec: ScorerSpec, home: Path) -> ModelView:
    try:
        return make_view(spec.model_dir, home)
    except OSError as error:
        raise start_verdict("The model cannot be copied for the scorer process", error) from error
