"""What the owner of an ended job should know, though the job did not fail because of it.

Each warning is two sentences: what was the case, and what to do. Those of the receipt are what the
input and the settings determine; what the running of it brought about may differ the next time.
"""

from collections.abc import Sequence

from shared.domain.deployment import OutputAction
from shared.domain.job import Ending, JobStatus
from shared.domain.partial_rows import PartialProof
from shared.domain.receipt import OutputProof

# More names do not help: the first ones tell which code it was.
MOST_NAMES = 5


def lasting_warnings(
    ending: Ending,
    proof: OutputProof | None,
    mixed: Sequence[str] = (),
    partial: PartialProof | None = None,
) -> list[str]:
    """Those that any run of the same job over the same files would have.

    `mixed` are the columns whose values have no type in common, with what they are.
    """
    found = (
        _failed_files(ending),
        _left_out(ending),
        _no_output(ending, proof),
        _mixed(mixed),
        _sample(ending),
        _unsplit(ending),
        _partial(ending, partial),
    )
    return [warning for warning in found if warning]


def passing_warnings(
    ending: Ending,
    contested: Sequence[str],
    cut_off: int = 0,
    not_kept: str = "",
    apart: str = "",
) -> list[str]:
    """`contested` are the side files of which the bytes of some process may be missing.

    `cut_off` counts the mini-batches whose process was ended before it wrote what it had kept.
    `not_kept` says why the rows of a job that did not complete could not be kept, and `apart` why
    files share no predict(), where comparing has shown it.
    """
    found = (
        _retries(ending),
        _contested(contested),
        _cut_off(cut_off),
        _not_kept(not_kept),
        _apart(apart),
    )
    return [warning for warning in found if warning]


def _failed_files(ending: Ending) -> str:
    """Of a failed job its reason says it."""
    tally, allowed = ending.tally, ending.spec.settings.error_threshold
    if not tally.failed_files or ending.status is JobStatus.FAILED:
        return ""
    missing = "they have no rows in the predictions."
    if ending.plan.pieces:
        missing = "they, or pieces of those that were split, have no rows in the predictions."
    return (
        f"{tally.failed_files} of {tally.files} input files failed, as error_threshold {allowed} "
        f"allows: {missing} See errors.jsonl for each one's reason."
    )


def _left_out(ending: Ending) -> str:
    """Of a job whose files were chosen its receipt says it."""
    plan = ending.plan
    if not plan.skipped or not ending.spec.settings.selection.is_default:
        return ""
    kinds = f": {plan.left_out}" if plan.left_out else ""
    return (
        f"{plan.skipped} blobs of the input folder were left out{kinds}. "
        "Put what shall be scored directly into the folder, under a name without a dot in front."
    )


def _sample(ending: Ending) -> str:
    plan = ending.plan
    if plan.whole is None:
        return ""
    return (
        f"This job scored a sample: {plan.files} of the input's {plan.whole.files} files. "
        "Invoke the endpoint without a sample to score all of them."
    )


def _unsplit(ending: Ending) -> str:
    if not ending.plan.unsplit:
        return ""
    return (
        f"Large files were scored as one, for where their records end is not certain: "
        f"{ending.plan.unsplit}. Mend them if they shall be split."
    )


def _no_output(ending: Ending, proof: OutputProof | None) -> str:
    if proof is None:
        return ""
    if ending.spec.settings.output_action is OutputAction.SUMMARY_ONLY:
        if proof.file_count > 1:
            return ""
        return (
            "The script left no file to publish. "
            "Let it write into the folder that AZUREML_BI_OUTPUT_PATH names."
        )
    if proof.rows:
        return ""
    return (
        "No input file gave a row: the predictions file is empty. "
        "Look whether the files hold rows, and the script returns them."
    )


def _partial(ending: Ending, partial: PartialProof | None) -> str:
    if partial is None:
        return ""
    return (
        f"The output is not there, and what was scored is kept: {partial.rows} rows of "
        f"{partial.mini_batches} of {ending.plan.minibatches} mini-batches, in '{partial.uri}'. "
        "See receipt.json beside it for what is missing."
    )


def _not_kept(why: str) -> str:
    return f"The rows that were scored are not kept beside the output. {why}" if why else ""


def _mixed(columns: Sequence[str]) -> str:
    if not columns:
        return ""
    more = f" and {len(columns) - MOST_NAMES} more" if len(columns) > MOST_NAMES else ""
    return (
        f"The values of some columns have no type in common: {', '.join(columns[:MOST_NAMES])}"
        f"{more}. Their type in the parquet file is string: predict values of one type in each, "
        "or cast them where you read them."
    )


def _retries(ending: Ending) -> str:
    retries = ending.tally.retries
    if not retries:
        return ""
    return (
        f"Mini-batches were tried again {retries} times after a failure. "
        "See logs/user/error/ for what failed first."
    )


def _contested(names: Sequence[str]) -> str:
    if not names:
        return ""
    quoted = ", ".join(f"'{name}'" for name in names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        f"{len(names)} side files were overwritten by several processes, or by one that took over "
        f"from another, and may lack what some of them wrote: {quoted}{more}. "
        "Give each mini-batch files of its own, or append to them."
    )


def _cut_off(minibatches: int) -> str:
    if not minibatches:
        return ""
    return (
        f"The processes of {minibatches} mini-batches were ended before their shutdown() or exit "
        "handlers: what the script had kept of them, to write it there, is missing from its files. "
        "Write it in run(), and see logs/user/error/ for why they were ended."
    )


def _apart(reason: str) -> str:
    if not reason:
        return ""
    return (
        f"Each file has a predict() of its own from where it came out that {reason}; mini-batches "
        "scored together before that may differ in the last digit. Set the deployment's "
        "batchPredict to false for the rows of single files throughout, or to true if it does not "
        "matter."
    )
