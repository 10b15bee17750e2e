"""Which deployments have prepared processes, and how many: the ones that were used last."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.scoring.child.messages import Imported
from shared.scoring.scorer_spec import ScorerSpec

# A name of a module has some 30 characters, and a deployment 2,000 of them.
_REMEMBERED = 32
_NOTHING = Imported()


@dataclass(frozen=True, eq=False)
class Preparable:
    """A deployment as it was last used: `capacity` is the most of it that may score at once.

    `most` is the most that may live here, 0: any. If it `is_hopeless`, its imports do not go twice.
    """

    spec: ScorerSpec
    imports: Imported
    capacity: int
    most: int
    used_at: float
    is_hopeless: bool = False

    @property
    def may_have(self) -> int:
        """Nothing but Python is there sooner by itself."""
        if self.is_hopeless or not self.imports.libraries:
            return 0
        return min(self.capacity, self.most or self.capacity)


class PreparableDeployments:
    """Not thread-safe."""

    def __init__(self) -> None:
        self._of: dict[str, Preparable] = {}  # the one that was used last comes last

    def remember(self, used: Preparable) -> None:
        before = self._of.pop(used.spec.fingerprint, None)
        if before is not None and before.spec == used.spec and before.is_hopeless:
            used = replace(used, is_hopeless=True)
        self._of[used.spec.fingerprint] = used
        for oldest in list(self._of)[:-_REMEMBERED]:
            del self._of[oldest]

    def give_up(self, spec: ScorerSpec, *, is_hopeless: bool) -> None:
        """Prepare nothing for it before it was used again, or ever."""
        known = self._of.get(spec.fingerprint)
        if known is not None and known.spec == spec:
            changed = replace(known, imports=_NOTHING, is_hopeless=is_hopeless or known.is_hopeless)
            self._of[spec.fingerprint] = changed

    def forget_unused(self, since: float) -> None:
        """A hopeless one stays so: it is remembered while there is room."""
        for name, known in list(self._of.items()):
            if known.used_at <= since and not known.is_hopeless:
                del self._of[name]

    def shares(
        self, room: int, has: Callable[[Preparable], int], is_in_use: Callable[[str], bool]
    ) -> dict[Preparable, int]:
        """How many each is to have of so many; one in use gets no more than it `has`."""
        shares = dict[Preparable, int]()
        for known in reversed(self._of.values()):
            share = min(room, known.may_have)
            if is_in_use(known.spec.fingerprint):
                share = min(share, has(known))
            if share:
                shares[known] = share
                room -= share
        return shares
