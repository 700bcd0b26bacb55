"""What the figures would be if every enterprise of the frame had been asked: the simulation alone knows. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from callcenter.simulation.respondents import Enterprise, Question

COMPARED = ("satisfaction", "convenience", "visits", "steps", "papers", "cost")
"""Numbers that everybody is asked who handled the matter."""


@dataclass(frozen=True)
class Comparison:
    """A figure of the package beside the truth."""

    question: str
    label: str
    truth: float
    estimate: float
    low: float
    high: float
    n: int

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.truth <= self.high


def mean_of(seed: str, names: Iterable[str], question: Question, handled: Question | None) -> float | None:
    """The mean answer over all enterprises that handled the matter and would give a number."""
    everybody = (Enterprise(seed, name) for name in names)
    asked = (one for one in everybody if handled is None or one.answer(handled) != "no")
    numbers = [float(one.answer(question)) for one in asked if one.nonanswer(question) is None]
    return fmean(numbers) if numbers else None


def compare(seed: str, names: Sequence[str], questions: Mapping[str, Question], estimates: Iterable[Mapping[str, Any]]) -> list[Comparison]:
    """The means over everybody among a package's `estimates` rows, each beside the truth."""
    rows = {row["question"]: row for row in estimates if row["statistic"] == "mean" and not row["district"] and row["estimate"]}
    found = []
    for name in COMPARED:
        if name not in rows or name not in questions:
            continue
        truth = mean_of(seed, names, questions[name], questions.get("handled"))
        if truth is not None:
            row = rows[name]
            estimate, low, high = (float(row[column] or "nan") for column in ("estimate", "low", "high"))
            found.append(Comparison(name, str(questions[name].get("label") or name), truth, estimate, low, high, int(row["n"])))
    return found
