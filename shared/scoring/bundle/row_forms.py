"""How a job wants its rows: what its mini-batches are asked, and what they agree on."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.job import JobSpec
from shared.scoring.child.messages import RowForm
from shared.scoring.scorer_spec import RowsAsked

type Columns = tuple[str, ...]


def rows_asked(
    spec: JobSpec, known: Callable[[], Columns], agree: Callable[[Columns], Columns]
) -> Callable[[], RowsAsked]:
    """`known` says the columns that the job's header has so far; see `RowsAsked` for `agree`."""
    options = spec.settings.output
    if not options.is_named:
        return RowsAsked
    constants = (
        ("deployment", spec.deployment),
        ("model_version", spec.resolved.model.version),
        ("job", spec.name),
    )
    form = RowForm(
        options.rows_format,
        options.lineage,
        constants,
        options.carry,
        is_typed=options.is_typed,
        layout="" if options.is_single else options.layout,
        partition=options.partition,
    )
    if not options.has_header:
        return lambda: RowsAsked(form)
    return lambda: RowsAsked(replace(form, columns=known()), agree)
