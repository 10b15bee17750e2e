"""Why one file gave no rows."""


class Unreadable(Exception):
    """The file is no table: stage read."""


class Unfit(Exception):
    """The table is not what the model's signature asks for: stage validate."""


class BadPrediction(Exception):
    """predict() came back with something that is not one prediction per row: stage score."""
