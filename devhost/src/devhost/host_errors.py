"""The two ways a host refuses to start: the app is at fault, or this machine is."""


class HostError(Exception):
    """What is wrong, and what to do about it: the sentences a developer reads on the console."""

    exit_code = 1

    def __init__(self, problem: str, *, fix: str) -> None:
        super().__init__(f"{problem} {fix}")
        self.problem = problem
        self.fix = fix


class AppRefused(HostError):
    """The function app has something that the Azure Functions host would not load."""


class CannotServe(HostError):
    """A port, a lock or a folder is in the way; the app itself may be fine."""

    exit_code = 2
