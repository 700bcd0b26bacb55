"""What a study says of its estimates (`estimates:` in study.yaml), with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SMALL_BASE = 5
TOLERANCES: Mapping[str, float] = {"days": 3, "workdays": 2, "hours": 8, "steps": 1, "visits": 1, "papers": 1, "yuan": 100}
"""By how much answer and work order may differ before it is a contradiction, in the unit of the measure."""


@dataclass(frozen=True)
class Wishes:
    """`rake_by`: attributes of the frame; `trim_at`: largest multiple of the median weight; `small_base`: fewest answers shown outside."""

    rake_by: tuple[str, ...] = ()
    trim_at: float | None = None
    small_base: int = SMALL_BASE
    tolerances: Mapping[str, float] = field(default_factory=lambda: TOLERANCES)
    standards: tuple[str, ...] = ()
    """Documents whose standards are held against answers, the first that has one is used; none named: the newest of the item's own."""


def wishes(settings: Mapping[str, Any]) -> Wishes:
    """What the study's settings say."""
    said = settings.get("estimates") or {}
    trim = said.get("trim_at")
    return Wishes(
        tuple(said.get("rake_by") or ()),
        float(trim) if trim else None,
        int(said.get("small_base", SMALL_BASE)),
        {**TOLERANCES, **{name: float(most) for name, most in (said.get("tolerances") or {}).items()}},
        tuple(said.get("standards") or ()),
    )
