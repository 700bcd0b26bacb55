"""What an operator is doing: the states, how they follow each other, and the time in each. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

STATES = ("ready", "preview", "call", "wrap_up", "break", "training", "off")
BREAKS = ("rest", "meal", "meeting", "technical", "other")
"""Why an operator pauses."""
CHANNEL = "operators"
"""Told whenever somebody's state changes."""
WRAP_UP_SECONDS = 60
MODES = ("preview", "progressive", "manual")
"""How a call is begun: by the operator's key after reading, by itself when a case is shown, by hand on a desk telephone."""
MOST_WRAP_UP = timedelta(minutes=15)
"""An extended wrap-up ends at the latest so long after its beginning."""


@dataclass(frozen=True)
class Spell:
    """A state from its beginning to its end; the open one is the present. `ends_at`: when a wrap-up is over by itself."""

    state: str
    since: datetime
    until: datetime | None = None
    code: str | None = None
    ends_at: datetime | None = None


def wrap_up(settings: Mapping[str, Any]) -> timedelta:
    """How long a wrap-up lasts by the study's settings."""
    return timedelta(seconds=int(settings.get("wrap_up_seconds", WRAP_UP_SECONDS)))


def extended(spell: Spell, more: timedelta, now: datetime) -> datetime:
    """The end of a wrap-up that is given some more time, within its bounds."""
    return min(max(spell.ends_at or now, now) + more, spell.since + MOST_WRAP_UP)


def time_in_states(spells: Iterable[Spell], start: datetime, end: datetime) -> dict[str, timedelta]:
    """Time spent in each state between two moments, in the order of the day's work; an open spell counts up to `end`."""
    sums: dict[str, timedelta] = {}
    for spell in spells:
        inside = min(spell.until or end, end) - max(spell.since, start)
        if inside > timedelta(0):
            sums[spell.state] = sums.get(spell.state, timedelta(0)) + inside
    return {state: sums[state] for state in STATES if state in sums}


def modes_allowed(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The dialling modes that a study allows, its own one first."""
    dialling = settings.get("dialling") or {}
    own = dialling.get("mode", MODES[0])
    return (own, *(mode for mode in dialling.get("allowed") or () if mode != own))


def mode_of(settings: Mapping[str, Any], chosen: str | None) -> str:
    """The mode that holds: the operator's choice where the study allows it, else the study's."""
    allowed = modes_allowed(settings)
    return chosen if chosen in allowed else allowed[0]
