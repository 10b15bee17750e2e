"""Sweep the signatures of inputs' URLs: what no job needs opens nothing, and is a secret still."""

from dataclasses import dataclass

from shared.application.house_phases import Look
from shared.domain.housekeeping import Finding, HousekeepingRule
from shared.stores.jobs import Jobs
from shared.stores.signatures import Signatures, SignatureUse


@dataclass(frozen=True)
class SweepSignatures:
    """There are as many as jobs brought one, since they ended: each look begins anew."""

    signatures: Signatures
    jobs: Jobs

    def __call__(self, look: Look) -> bool:
        for one in self.signatures.uses():
            if look.is_late():
                return False
            if not self._is_due(one, look):
                continue
            if look.is_dry or self.signatures.forget(one, look.now):
                look.found.append(
                    Finding(
                        rule=HousekeepingRule.SIGNATURES,
                        name=one.key,
                        count=1,
                        bytes=None,
                        reason="each job whose input came with it has ended",
                    )
                )
        return True

    def _is_due(self, one: SignatureUse, look: Look) -> bool:
        return self.signatures.is_idle(one.key, look.now) and all(map(self._is_over, one.jobs))

    def _is_over(self, name: str) -> bool:
        """A job that there is not was never made, or is cleared."""
        job = self.jobs.find(name)
        return job is None or job.state.status.is_terminal
