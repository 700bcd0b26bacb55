"""Sessions: how long one lasts. Wall time, never field time: a demo's clock jumps over nights."""

import hashlib
from datetime import datetime, timedelta

IDLE = timedelta(minutes=60)
"""Without any request the session ends."""
AWAY = timedelta(minutes=5)
"""A console gives a sign of life every minute: without one for so long nobody sits there who could be given a case."""
LONGEST = timedelta(hours=12)
"""A working day; then the password is asked again."""
TOUCH = timedelta(seconds=60)
"""How stale `last_seen_at` may become before it is written again."""


def token_hash(token: str) -> str:
    """What is stored of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_over(last_seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session has ended by age or by idleness."""
    return now >= expires_at or now - last_seen_at >= IDLE


def is_stale(last_seen_at: datetime, now: datetime) -> bool:
    """Whether that the person is still here should be written down."""
    return now - last_seen_at >= TOUCH
