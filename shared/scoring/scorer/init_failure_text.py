"""Why a process did not start, in as many characters as there are: the reason and the frames."""

from shared.scoring.child.texts import clipped
from shared.scoring.scorer_spec import InitFailed

# Characters of the exception's own words, which stand before the traceback and at its end.
_LONGEST_MESSAGE = 800


def explain_init_failure(what: str, failure: InitFailed, limit: int) -> str:
    """One line that says it, then the traceback: its innermost frames count most."""
    line = f"{what}: {_brief(str(failure))}\n"
    room = limit - len(line)
    first_words = str(failure).split("\n", 1)[0][: _LONGEST_MESSAGE // 2]
    at = failure.details.rfind(first_words)
    if at <= 0:
        return line + clipped(failure.details, room)
    message = _brief(failure.details[at:])
    return line + clipped(failure.details[:at], room - len(message)) + message


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"
