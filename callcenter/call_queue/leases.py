"""Leases: an operator holds a bundle (the open cases of one enterprise) for a time, kept alive by heartbeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callcenter.errors import Conflict

SECONDS = 300
BUNDLE = 2
"""Cases of one enterprise that are worked in one call, where the study says nothing."""


@dataclass(frozen=True)
class Lease:
    """Whose a bundle is, and until when. `case_id` led the claim, `others` of the enterprise came along."""

    id: str
    case_id: int
    operator_id: int
    expires_at: datetime
    others: tuple[int, ...] = ()

    @property
    def case_ids(self) -> tuple[int, ...]:
        """All cases of the bundle, the one that led first."""
        return (self.case_id, *self.others)

    def is_live(self, now: datetime) -> bool:
        """Whether the case is still this operator's."""
        return now < self.expires_at


def duration(settings: Mapping[str, Any]) -> timedelta:
    """How long a lease lasts without a heartbeat, by the study's settings."""
    return timedelta(seconds=int((settings.get("leases") or {}).get("seconds", SECONDS)))


def most_cases(settings: Mapping[str, Any]) -> int:
    """How many cases of one enterprise are handed out together, by the study's settings (`calling.bundle`); 1: each alone."""
    return int((settings.get("calling") or {}).get("bundle", BUNDLE))


def lease_gone() -> Conflict:
    """What anyone is told who speaks of a lease that they hold no longer."""
    return Conflict("lease_gone", "这个个案已不在您手上（超时或已交还）：请取下一个。已保存的答案都在。")
