"""Numbers: whole, decimal, and scales with both ends."""

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.said import Said

LARGEST = 1e12
A_NUMBER = Said("请填数字", "enter a number")


def read_integer(_question: Question, raw: Any) -> int:
    """A whole number."""
    value = _figure(raw)
    if value != int(value):
        raise ValueError(Said("请填整数", "enter a whole number"))
    return int(value)


def read_decimal(_question: Question, raw: Any) -> float | int:
    """A number."""
    value = _figure(raw)
    return int(value) if value == int(value) else value


def read_range(question: Question, raw: Any) -> float | int:
    """A point of the scale."""
    start, end, step = scale(question.parameters)
    value = _figure(raw)
    steps = (value - start) / step
    if not (min(start, end) <= value <= max(start, end)) or abs(steps - round(steps)) > 1e-9:
        raise ValueError(Said(f"请填 {start:g} 到 {end:g} 之间的数", f"enter a number from {start:g} to {end:g}"))
    return int(value) if value == int(value) else value


def scale(parameters: Mapping[str, str]) -> tuple[float, float, float]:
    """Start, end and step of a range; ValueError where they make no scale."""
    start, end, step = (_bound(word, parameters.get(word, default)) for word, default in (("start", "1"), ("end", "10"), ("step", "1")))
    if start == end or step == 0 or not all(map(math.isfinite, (start, end, step))):
        raise ValueError(f"start={start:g} end={end:g} step={step:g}")
    return start, end, abs(step) if end > start else -abs(step)


def _bound(word: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as bad:
        raise ValueError(f"{word}={text}") from bad


def points(parameters: Mapping[str, str]) -> list[float]:
    """Every point of a scale, at most 101."""
    start, end, step = scale(parameters)
    return [start + index * step for index in range(min(100, int((end - start) / step + 1e-9)) + 1)]


def _figure(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError(A_NUMBER)
    try:
        value = float(unicodedata.normalize("NFKC", raw).strip()) if isinstance(raw, str) else float(raw)
    except (ValueError, OverflowError) as bad:
        raise ValueError(A_NUMBER) from bad
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(Said("数字太大", "the number is too large"))
    return value
