"""Why the local stack does not start, or does not go on."""


class Refused(Exception):
    """The command cannot be obeyed as it was given: exit code 2."""

    def __init__(self, problem: str, *, fix: str) -> None:
        super().__init__(f"{problem} {fix}")


class GaveUp(Exception):
    """A part of the stack does not stay up; the message ends with its last output."""
