"""What an enterprise would truly answer to any questionnaire: from a seed, its name and the question alone. Pure."""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

from callcenter.telephony.carrier.respondents import chance

Question = Mapping[str, Any]
SUGGESTIONS = ("希望流程再简单一些", "网上系统有时打不开", "窗口人员很热情", "没有意见", "希望材料能一次告知", "办理很快，满意")
REFUSES = 0.01
"""Share of questions to which an answer is refused."""
FORGETS = 0.03
"""Share of numbers that are not remembered."""
SCREENING = {"right_enterprise", "handled"}
"""Questions that nearly everybody affirms: who denies them belongs on another list."""
AFFIRMED = 0.985
EXCLUSIVE = {"none", "no"}
"""Codes that stand alone among several."""
NEVER_VOLUNTEERED = {"other", "98", "99"}


class Enterprise:
    """One enterprise; two latent traits (how content, how fast it was served) run through all its answers."""

    def __init__(self, seed: str, name: str) -> None:
        self.seed, self.name = seed, name
        self.content = self.normal("content")
        self.slow = 0.6 * self.normal("slow") - 0.5 * self.content

    def normal(self, *what: object) -> float:
        """A standard normal number that belongs to this enterprise and to `what`."""
        return NormalDist().inv_cdf(min(max(chance(self.seed, self.name, *what), 1e-9), 1 - 1e-9))

    def answer(self, question: Question) -> Any:
        """The true answer, in the form in which it is saved: number, code, list of codes, text."""
        kind, name = str(question.get("type", "")), str(question.get("name", ""))
        values = [str(choice["value"]) for choice in question.get("choices") or []]
        if kind.startswith("select_multiple"):
            return self._several(name, values)
        if values:
            return self._one(name, values)
        if kind in {"integer", "decimal", "range", "scale"} or question.get("maximum") is not None:
            return self._number(name, question)
        if kind in {"note", "acknowledge", "calculate"}:
            return "OK"
        if kind == "date":
            return f"2021-{1 + int(12 * chance(self.seed, self.name, name)):02d}-15"
        return SUGGESTIONS[int(len(SUGGESTIONS) * chance(self.seed, self.name, name))]

    def _one(self, name: str, values: Sequence[str]) -> str:
        """Who is on the line has agreed to talk; a scale of words follows contentment; earlier choices are likelier."""
        draw = chance(self.seed, self.name, name)
        if "no_recording" in values:
            return "yes" if draw < 0.93 else "no_recording"
        if "yes" in values:
            return self._yes_or_else(name, values, draw)
        if all(value.isdigit() for value in values) and len(values) >= 5:
            return self._on_scale(name, values)
        return values[min(int(-math.log(1 - draw) / 0.9), len(values) - 1)]

    def _yes_or_else(self, name: str, values: Sequence[str], draw: float) -> str:
        share = AFFIRMED if name in SCREENING else 0.1 + 0.8 * chance(self.seed, "share of yes", name)
        others = [value for value in values if value != "yes"]
        return "yes" if draw < share or not others else others[int((draw - share) / (1 - share) * len(others))]

    def _on_scale(self, name: str, values: Sequence[str]) -> str:
        ordered = sorted(values, key=int)
        level = NormalDist().cdf(0.75 * self.content + 0.45 * self.normal(name) + 0.6)
        return ordered[min(int(level * len(ordered)), len(ordered) - 1)]

    def _several(self, name: str, values: Sequence[str]) -> list[str]:
        plain = [value for value in values if value not in EXCLUSIVE | NEVER_VOLUNTEERED]
        chosen = [value for value in plain if chance(self.seed, self.name, name, value) < 0.3]
        return chosen or [value for value in values if value in EXCLUSIVE][:1] or plain[:1]

    def _number(self, name: str, question: Question) -> float | int:
        low, high = question.get("minimum"), question.get("maximum")
        if high is not None and float(high) <= 10:
            least = float(low or 0)
            middle = 8.1 + 1.3 * (0.8 * self.content + 0.5 * self.normal(name))
            return int(min(max(round(middle), least), float(high)))
        raw = self._amount(name, str(question.get("unit") or ""))
        whole = max(round(raw), int(float(low)) if low is not None else 0)
        return min(whole, int(float(high))) if high is not None else whole

    def _amount(self, name: str, unit: str) -> float:
        spread = math.exp(0.5 * self.slow + 0.25 * self.normal(name))
        if "元" in unit or "yuan" in unit:
            return 0.0 if chance(self.seed, self.name, name, "pays") < 0.8 else 200 * spread
        if "小时" in unit or "hour" in unit or "分" in unit:
            return 4 * spread
        if "日" in unit or "天" in unit or "day" in unit:
            return 2.2 * spread
        return 1 + 1.5 * spread

    def nonanswer(self, question: Question) -> str | None:
        """The non-answer given instead, where one is offered: numbers are forgotten now and then, little is refused."""
        offered = [str(choice["value"]) for choice in question.get("nonanswers") or []]
        if not offered or question.get("name") in SCREENING:
            return None
        draw = chance(self.seed, self.name, question.get("name"), "nonanswer")
        if draw < REFUSES and "refused" in offered:
            return "refused"
        forgotten = [value for value in ("dont_remember", "dont_know") if value in offered]
        numeric = question.get("type") in {"integer", "decimal"}
        return forgotten[0] if numeric and forgotten and draw > 1 - FORGETS else None
