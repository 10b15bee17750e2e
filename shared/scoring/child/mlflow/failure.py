"""Why one file gave no rows; `stage` is where that came out."""


class FileFailed(Exception):
    """The file failed alone: the others of its mini-batch go on."""

    stage = "read"


class UnsupportedFileType(FileFailed):
    """Nobody here reads files of this extension."""


class Unreadable(FileFailed):
    """The file is not what its extension says."""


class Unfit(FileFailed):
    """The content is not what the model's signature asks for."""

    stage = "validate"


class BadPrediction(FileFailed):
    """predict() came back with something that is not one prediction per row."""

    stage = "score"
