"""Score mini-batches: download, hand to a scorer process, stage the rows.

One activity takes a bundle of mini-batches (`shared/domain/minibatch.py` says how many).
"""

from collections.abc import Callable, Iterable
from typing import Any

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.domain.deployment import OutputAction
from shared.domain.errors import ModelMissing, NotFound
from shared.domain.function_names import SCORE_MINIBATCH
from shared.domain.job import JobSpec
from shared.domain.message import LONGEST_REASON
from shared.domain.minibatch import Span
from shared.domain.outcome import Outcome, Tally
from shared.domain.plan import PlanPage
from shared.domain.side_names import SideNames
from shared.domain.task import BundleTask
from shared.observed import observed, observer
from shared.scoring.bundle.bundle import Bundle, score_bundle
from shared.scoring.bundle.bundle_result import BundleResult
from shared.scoring.bundle.row_forms import rows_asked
from shared.scoring.child.texts import clipped
from shared.scoring.environments.environment_spec import EnvironmentFailed
from shared.scoring.scorer.output_log import Printed
from shared.scoring.scorer.process_exit import ExitReport
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import InitFailed, ScoringStopped, SideFile
from shared.scoring.side_files.unfinished_files import begins_stream
from shared.services import Services, services
from shared.stores.job_watch import JobWatch
from shared.stores.results import Record
from shared.stores.scorer_ends import ScorerEnd
from shared.stores.side_files import SideFileChange

bp = df.Blueprint()

WHOLE = "The whole traceback is among the job's logs, in logs/user/error/."
# Scorers that did not load have one name in the logs.
NEVER_STARTED = "never started"
# What scorers write at their ends lies beside what they wrote for the mini-batches of a span.
AT_THE_END = Span(first=0, stop=0)


@bp.durable_client_input(client_name="client")
@bp.activity_trigger(input_name="payload")
def score_minibatch(payload: dict, client: str) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    task, service, hub = BundleTask.from_wire(payload), services(), DurableClient(client)
    return score(task, service, lambda: service.signals.is_suspended(task.job, hub)).to_wire()


@observed(SCORE_MINIBATCH)
def score(task: BundleTask, services: Services, is_suspended: Callable[[], bool]) -> Outcome:
    """Score what can be scored of the bundle, and stage its rows.

    A file or a script that fails is an Outcome: the job's error threshold decides what it means.
    A store that fails is an exception: the orchestrator's retry policy decides.
    """
    nothing = Span(first=task.span.first, stop=task.span.first)
    try:
        spec = services.jobs.spec(task.job)
        plan = services.plans.part(task.job, task.plan_key, task.shard, task.span)
    except NotFound:
        return Outcome(span=nothing, is_plan_lost=True)
    if not plan.holds(task.span):
        return Outcome(span=nothing, is_plan_lost=True)
    services.signals.forget(spec.name, task.span)  # what an earlier run of this bundle recorded
    watch = JobWatch(task, spec, services.signals, is_suspended)
    if watch.is_over():
        return watch.halted(Outcome(span=nothing))
    try:
        return services.scorers.retry_loading(
            spec.resolved,
            lambda: _score(watch, plan, services),
            lambda failure: _keep_init_failure(spec, failure, services),
        )
    except ScoringStopped:
        return Outcome(span=nothing, is_canceled=True)
    except InitFailed as failure:
        reason = _why_not_loaded(spec, failure)
    except (ModelMissing, EnvironmentFailed) as missing:
        reason = str(missing)
    return Outcome(span=nothing, fatal=reason[:LONGEST_REASON])


def _why_not_loaded(spec: JobSpec, failure: InitFailed) -> str:
    what = "scoring script does not start" if spec.resolved.script else "model cannot be loaded"
    reason = clipped(str(failure), LONGEST_REASON - len(WHOLE) - 100)
    ended = "" if reason.endswith((".", "!", "?")) else "."
    return f"The {what}: {reason}{ended} {WHOLE}"


def _score(watch: JobWatch, plan: PlanPage, services: Services) -> Outcome:
    task, spec, columns = watch.task, watch.spec, services.results.columns
    bundle = Bundle(
        span=task.span,
        container=spec.input.location.container,
        files_of=plan.minibatch,
        retry=spec.settings.retry_settings,
        isolates=spec.settings.isolate_failures,
        side_names=SideNames(output=spec.output.location.path) if spec.resolved.script else None,
        is_over=watch.is_over,
        must_yield=lambda *times: services.scorers.must_yield(spec.resolved, spec.name, *times),
        note_failures=lambda index, failed: services.signals.record(spec.name, index, failed),
        rows_asked=rows_asked(
            spec, lambda: columns.known(spec), lambda names: columns.agree(spec, names)
        ),
    )
    most = spec.settings.parallelism
    try:
        with services.scorers.scorer(
            spec.resolved,
            capacity=most,
            job=spec.name,
            span=task.span,
            is_stopped=watch.is_stopped,
        ) as scorer:
            process = services.script_logs.process(spec.name, scorer.name)
            log = _log_of(spec.name, process, services)
            scorer.exit.on_exit = lambda report: _keep_end(spec, process, scorer, report, services)
            with score_bundle(bundle, scorer, services.downloads, log) as result:
                outcome = _stage(task, spec, result, process, scorer, services)
                _keep_tracebacks(spec.name, process, result, services)
            scorer.exit.note_stored(result.span)
            outcome = outcome.model_copy(update={"fatal": scorer.exit.loss[:LONGEST_REASON]})
    except BaseException:
        services.signals.forget(spec.name, task.span)
        raise
    return watch.halted(outcome)


def _keep_init_failure(spec: JobSpec, failure: InitFailed, services: Services) -> None:
    text = f"{failure.details.rstrip()}\n{failure.logs.decode(errors='replace')}\n"
    process = services.script_logs.process(spec.name, NEVER_STARTED)
    services.script_logs.keep_errors(spec.name, process, text)


def _log_of(job: str, process: str, services: Services) -> Callable[[Printed], None]:
    """Where what the process prints belongs."""
    logs = services.script_logs
    return lambda printed: logs.keep(job, process, stdout=printed.stdout, stderr=printed.stderr)


def _keep_tracebacks(job: str, process: str, result: BundleResult, services: Services) -> None:
    more = f"{result.omitted} more are in errors.jsonl only.\n" if result.omitted else ""
    services.script_logs.keep_errors(job, process, "".join(result.tracebacks) + more)


def _stage(
    task: BundleTask,
    spec: JobSpec,
    result: BundleResult,
    process: str,
    scorer: Scorer,
    services: Services,
) -> Outcome:
    """Put rows, side files and reports into the store. With summary_only rows only count."""
    has_rows = spec.settings.output_action is OutputAction.APPEND_ROW
    rows, outputs = (result.rows, result.outputs) if has_rows else (0, [])
    stage, is_early = services.results.stage, spec.settings.output.shows_partial
    segment = stage(task.job, task.shard, result.span, rows, outputs, are_readable=is_early)
    changes = services.side_files.store(task.job, result.span, _changes(result.side_files))
    record = Record(
        segment=segment,
        reports=result.reports,
        errors=result.errors,
        changes=changes,
        process=process,
        turn=scorer.exit.turns + 1,
        may_write_at_end=scorer.exit.may_write,
        must_end_well=scorer.exit.must_end_well,
        alone=scorer.exit.alone,
        cut_off=scorer.exit.cut_off,
        apart=result.apart,
        tries=result.tries,
        loads=scorer.take_loads(),
        memory_mb=scorer.memory.highest_mb,
        memory_limit_mb=scorer.memory.limit_mb,
        columns=result.columns,
        shapes=result.shapes,
        rewritten=scorer.exit.rewritten,
    )
    name = services.results.record(task.job, task.shard, record)
    observer().scored(spec, task.shard, record, name)
    return _outcome(result, rows, name)


def _outcome(result: BundleResult, rows: int, record: str) -> Outcome:
    counts = Tally.of(result.reports).to_wire() | {"rows": rows, "seconds": result.seconds}
    del counts["minibatches"]  # the span has them
    return Outcome.from_wire({**counts, "span": result.span, "record": record})


def _keep_end(
    spec: JobSpec, process: str, scorer: Scorer, report: ExitReport | None, services: Services
) -> None:
    """What a scorer left at its end; None: it is about to end."""
    if report is None:
        services.ends.keep(spec.name, ScorerEnd(process=process, is_under_way=True))
        return
    _log_of(spec.name, process, services)(scorer.drain_logs())
    if report.failure:
        text = report.details or f"{report.failure}.\n"
        services.script_logs.keep_errors(spec.name, process, text)
    end = ScorerEnd(
        process=process,
        turns=scorer.exit.turns,
        changes=services.side_files.store(spec.name, AT_THE_END, _changes(report.side_files)),
        problem=_problem(report, spec)[:LONGEST_REASON],
        cut_off=scorer.exit.cut_off,
    )
    services.ends.keep(spec.name, end)


def _problem(report: ExitReport, spec: JobSpec) -> str:
    """What the job has lost: a shutdown() that fails is a warning, if it had nothing to write."""
    writes = spec.settings.output_action is OutputAction.SUMMARY_ONLY or bool(report.side_files)
    if report.loss or not (report.failure and writes):
        return report.loss
    return (
        f"{report.failure}: what the script had still to write is not whole. "
        "Mend its end; a traceback is among the job's logs, in logs/user/error/."
    )


def _changes(side_files: Iterable[SideFile]) -> list[SideFileChange]:
    return [
        SideFileChange(
            one.name,
            one.path,
            one.appended,
            is_stream=one.path is not None and begins_stream(one.path),
            life=one.life,
        )
        for one in side_files
    ]
