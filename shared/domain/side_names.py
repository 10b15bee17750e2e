"""What the files may be called that a script writes under AZUREML_BI_OUTPUT_PATH."""

from shared.domain.blob_name import problem_with
from shared.domain.message import Message


class SideNames(Message):
    """They are published beside the predictions file; `output` is its blob's name."""

    output: str = ""

    def blob_of(self, name: str) -> str:
        """The blob that a side file becomes; its name is relative, with slashes."""
        folder = self.output.rpartition("/")[0]
        return f"{folder}/{name}" if folder else name

    def problem_with(self, name: str) -> str:
        """Why no file can be published under this name; empty if one can."""
        predictions = self.output.rpartition("/")[2]
        if name.partition("/")[0] == predictions:
            return "it is the name of the job's predictions file"
        return problem_with(self.blob_of(name))
