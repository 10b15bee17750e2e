"""The console script: the rest is loaded where Ctrl-C is an exit code, and no traceback."""

from cli.exit_codes import INTERRUPTED


def main() -> int:
    """Run this process's command line; its exit code."""
    try:
        from cli.main import main as run  # noqa: PLC0415  # takes the time that Ctrl-C may fall into

        return run()
    except KeyboardInterrupt:
        return INTERRUPTED
