"""What a request says of the write that it asks for: by whom, and on which condition."""

from shared.api.conditions import conditions
from shared.api.http import Request
from shared.api.workspace import who
from shared.application.write import Write


def write_of(request: Request) -> Write:
    """Raises InvalidRequest when the conditions make no sense."""
    guard = conditions(request)
    return Write(by=who(request), if_match=guard.if_match, if_absent=guard.if_absent)
