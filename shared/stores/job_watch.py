"""What a running bundle asks of its job, before each mini-batch: whether to go on."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.job import JobSpec
from shared.domain.outcome import Outcome
from shared.domain.task import BundleTask
from shared.stores.job_signals import JobSignals


@dataclass
class JobWatch:
    """One bundle's; `ask_suspended` asks the task hub.

    A bundle that once stopped because the job was suspended says so, even if it no longer is: who
    does nothing for no reason is taken for stuck.
    """

    task: BundleTask
    spec: JobSpec
    signals: JobSignals
    ask_suspended: Callable[[], bool]
    _was_suspended: bool = False

    def is_suspended(self) -> bool:
        self._was_suspended = self._was_suspended or self.ask_suspended()
        return self._was_suspended

    def is_over(self) -> bool:
        """Whether the next mini-batch would be scored in vain, or is to wait."""
        is_spent = self.signals.is_spent(
            self.spec, self.task.failed_before, self.task.span, is_alone=self.task.is_alone
        )
        return is_spent or self.signals.is_stopped(self.spec.name) or self.is_suspended()

    def is_stopped(self) -> bool:
        """Whether it was canceled; a store that does not answer is no reason to end a run()."""
        return self.signals.is_known_stopped(self.spec.name)

    def halted(self, outcome: Outcome) -> Outcome:
        """The outcome, with whether the job was canceled or is to wait."""
        is_canceled = self.signals.is_stopped(self.spec.name)
        is_suspended = not is_canceled and self.is_suspended()
        return outcome.model_copy(update={"is_canceled": is_canceled, "is_suspended": is_suspended})
