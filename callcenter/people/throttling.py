"""When too many wrong log-ins stop further tries, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from callcenter.errors import Refused

WINDOW = timedelta(minutes=15)
BY_USERNAME = 5
"""Wrong tries on one name within the window."""
BY_ADDRESS = 40
"""Wrong tries from one address within the window: a whole office may share one."""


class TooManyTries(Refused):
    """Too many wrong log-ins; `retry_at` says from when on it may be tried again."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__("too_many_tries", "输错密码的次数太多，请在 {retry_at} 之后再试，或请管理员重设密码。", retry_at=retry_at)
        self.retry_at = retry_at


def blocked_until(failures: Sequence[datetime], limit: int, now: datetime) -> datetime | None:
    """From when on another try is allowed after these `failures`; none where it is allowed now."""
    recent = sorted(failure for failure in failures if failure > now - WINDOW)
    return recent[-limit] + WINDOW if len(recent) >= limit else None


def until(by_username: Sequence[datetime], by_address: Sequence[datetime], now: datetime) -> datetime | None:
    """The later of both limits; none where neither holds."""
    moments = (blocked_until(by_username, BY_USERNAME, now), blocked_until(by_address, BY_ADDRESS, now))
    return max((moment for moment in moments if moment), default=None)
