"""Why one file gave no rows; `stage` is where that came out."""


class FileError(Exception):
    """The file failed alone: the others of its mini-batch go on."""

    stage = "read"


class UnsupportedFileType(FileError):
    """Nobody here reads files of this extension."""


class Unreadable(FileError):
    """The file is not what its extension says."""


class Unfit(FileError):
    """The content is not what the model's signature asks for."""

    stage = "validate"


class BadPrediction(FileError):
    """predict() came back with something that is not one prediction per row."""

    stage = "score"
