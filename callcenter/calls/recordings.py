"""Recordings: whether a study makes them, how long they are kept, and where their files lie. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

KEEP_DAYS = 180
MOST_TRIES = 20
"""So often a recording is asked for at the carrier before it is given up, with a word to the supervisors."""


@dataclass(frozen=True)
class Policy:
    """What a study's settings say under `recording`."""

    enabled: bool = False
    keep_days: int = KEEP_DAYS


def policy(settings: Mapping[str, Any]) -> Policy:
    """The policy of a study: without a word of it nothing is recorded."""
    given = settings.get("recording") or {}
    return Policy(bool(given.get("enabled", False)), max(int(given.get("keep_days", KEEP_DAYS)), 1))


def keep_until(told: Policy, day: date) -> date:
    """The last day on which a recording made on `day` is kept."""
    return day + timedelta(days=told.keep_days)


def file_name(recording_id: int, day: date) -> str:
    """Where the sound lies below the recordings' folder: by day, under a number that tells nothing."""
    return f"{day:%Y-%m-%d}/{recording_id}.wav"
