"""What is said of a function that the app does not have."""

MISSING = "FunctionNotFound"  # the error type under which it is told


def missing(name: str, kind: str) -> str:
    return f"The function '{name}' doesn't exist, is disabled, or is not {kind} function."
