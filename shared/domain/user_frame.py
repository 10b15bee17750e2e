"""Where in the user's own code an exception was raised, from its traceback."""

import re

# Of Python's tracebacks; a file may be called as it likes.
_FRAME = re.compile(
    r'^ *File "([^"\n]{1,1000})", line ([0-9]{1,9}), in ([^\n]{1,200})$', re.MULTILINE
)
_OF_OTHERS = ("site-packages", "dist-packages", "/lib/python", "<")


def user_frame(traceback: str) -> str:
    """`score.py:12 in run`: the innermost frame outside of libraries; empty if there is none."""
    found = ""
    for path, line, name in _FRAME.findall(traceback):
        if not any(part in path for part in _OF_OTHERS):
            found = f"{path.replace(chr(92), '/').rpartition('/')[2]}:{line} in {name.strip()}"
    return found
