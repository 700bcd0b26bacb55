"""Leases: an operator holds a case for a time, kept alive by heartbeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SECONDS = 300


@dataclass(frozen=True)
class Lease:
    """Whose a case is, and until when."""

    id: str
    case_id: int
    operator_id: int
    expires_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether the case is still this operator's."""
        return now < self.expires_at


def duration(settings: Mapping[str, Any]) -> timedelta:
    """How long a lease lasts without a heartbeat, by the study's settings."""
    return timedelta(seconds=int((settings.get("leases") or {}).get("seconds", SECONDS)))
