"""A measured figure beside its budget."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def is_over(self) -> bool:
        return self.budget is not None and self.value > self.budget

    def __str__(self) -> str:
        limit = "" if self.budget is None else f"budget {self.budget:g}"
        verdict = "" if self.budget is None else ("OVER" if self.is_over else "ok")
        return f"{self.what:<58} {self.value:>9.2f} {self.unit:<4} {limit:<12} {verdict}"
