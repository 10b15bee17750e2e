"""What was said while a deployment was made: its environment's build, then its script's init().

    deployment-logs/<endpoint>/<deployment>/<generation>/<step>.txt

One text for each step, without secrets: a step that is done again says it anew.
"""

from contextlib import suppress

from shared.domain.errors import NotFound
from shared.domain.provisioning import ProvisioningTask
from shared.domain.redaction import redacted_text
from shared.ports import Blobs
from shared.stores.content_types import TEXT_TYPE
from shared.stores.registry import CONTAINER

BUILD, INIT = "build", "init"
STEPS = (BUILD, INIT)
# Of each step: its end says what became of it.
LONGEST = 1 << 20


class DeploymentLogs:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def keep(self, task: ProvisioningTask, step: str, text: str) -> None:
        data = redacted_text(text[-LONGEST:]).encode(errors="replace")
        self._blobs.write(CONTAINER, f"{folder_of(task)}{step}.txt", data, content_type=TEXT_TYPE)

    def read(self, task: ProvisioningTask) -> str:
        """All that was said so far, in the order of the steps."""
        texts = (self._step(task, step) for step in STEPS)
        return "".join(text for text in texts if text)

    def forget(self, endpoint: str, deployment: str) -> None:
        """Of all its generations: it is deleted, or made again."""
        for name in list(self._blobs.list_names(CONTAINER, _folder(endpoint, deployment))):
            self._blobs.delete(CONTAINER, name)

    def _step(self, task: ProvisioningTask, step: str) -> str:
        with suppress(NotFound):
            data = self._blobs.read(CONTAINER, f"{folder_of(task)}{step}.txt").data
            text = data.decode(errors="replace").strip()
            return f"=== {step} ===\n{text}\n" if text else ""
        return ""


def _folder(endpoint: str, deployment: str) -> str:
    return f"deployment-logs/{endpoint.lower()}/{deployment.lower()}/"


def folder_of(task: ProvisioningTask) -> str:
    """Of one generation of a deployment; with the slash."""
    return f"{_folder(task.endpoint, task.deployment)}{task.generation}/"
