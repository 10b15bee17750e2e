"""The error for a function that the app does not have."""

MISSING = "FunctionNotFound"  # its error type


def describe_missing(name: str, kind: str) -> str:
    return f"The function '{name}' doesn't exist, is disabled, or is not {kind} function."
