"""A running job in one line: how much is done, how fast, and how long it may still take."""

from cli.answers import JSON
from cli.console import duration_text
from shared.domain.message import counted


def progress_line(properties: JSON) -> str:
    """`Running: 12 of 40 mini-batches, 120 of 400 files (2 failed), 31.5 files/s, 4-9 s left`."""
    progress = properties.get("progress")
    if not progress:
        return f"{properties['status']} ..."
    batches, files = progress["mini_batches"], progress["files"]
    failed = f" ({files['failed']} failed)" if files["failed"] else ""
    parts = [
        f"{batches['done']} of {batches['total']} mini-batches",
        f"{files['done']} of {counted(files['total'], 'file')}{failed}",
    ]
    if progress.get("files_per_s"):
        parts.append(f"{progress['files_per_s']:.1f} files/s")
    parts.append(_left(progress))
    return f"{properties['status']}: {', '.join(parts)}"


def _left(progress: JSON) -> str:
    """The range that the service forecasts, or for how long it runs while none can be said."""
    if not progress.get("eta"):
        return f"running for {duration_text(progress['elapsed_s'])}"
    low, high = (duration_text(progress["eta"][name]) for name in ("low_s", "high_s"))
    return f"{high} left" if low == high else f"{low} to {high} left"
