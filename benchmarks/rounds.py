"""Measured and reference rounds in turn, their medians, and what they are worth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

ROUNDS = 5


@dataclass(frozen=True)
class Goal:
    """What is promised. `must` and `aim` are ratios to the reference, or plain values where there is none."""

    name: str
    unit: str
    must: float
    aim: float
    more_is_better: bool = True
    is_ratio: bool = True

    def met(self, value: float, limit: float) -> bool:
        return value >= limit if self.more_is_better else value <= limit


@dataclass(frozen=True)
class Row:
    goal: Goal
    measured: float
    reference: float | None
    samples: dict[str, list[float]] = field(default_factory=dict)
    note: str = ""

    @property
    def value(self) -> float:
        if self.goal.is_ratio and self.reference:
            return self.measured / self.reference
        return self.measured

    @property
    def verdict(self) -> str:
        if self.goal.met(self.value, self.goal.aim):
            return "aim"
        return "must" if self.goal.met(self.value, self.goal.must) else "MISSED"

    def facts(self) -> dict[str, object]:
        return {
            "figure": self.goal.name,
            "unit": self.goal.unit,
            "measured": self.measured,
            "reference": self.reference,
            "value": self.value,
            "is_ratio": self.goal.is_ratio,
            "must": self.goal.must,
            "aim": self.goal.aim,
            "verdict": self.verdict,
            "note": self.note,
            "samples": self.samples,
        }


Sample = Callable[[], float]


def interleave(measured: Sample, reference: Sample, rounds: int = ROUNDS) -> tuple[list[float], list[float]]:
    """One warm-up of each, then `rounds` pairs, the order swapped every time."""
    measured(), reference()
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        pair = [(measured, ours), (reference, theirs)]
        for sample, found in pair if number % 2 == 0 else reversed(pair):
            found.append(sample())
    return ours, theirs


def compare(goal: Goal, measured: Sample, reference: Sample, note: str = "", rounds: int = ROUNDS) -> Row:
    ours, theirs = interleave(measured, reference, rounds)
    return Row(goal, median(ours), median(theirs), {"measured": ours, "reference": theirs}, note)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
