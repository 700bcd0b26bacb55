"""Whether the scheduler still works, told from the runs it leaves behind. Pure."""

from datetime import datetime, timedelta

SILENT_AFTER = timedelta(seconds=45)
"""Its quickest jobs run every five seconds; a slow one holds up none of the others."""


def silent_for(latest: datetime | None, now: datetime) -> timedelta | None:
    """For how long the scheduler has been silent, where that is too long; none where it works or never ran."""
    if latest is None or now - latest < SILENT_AFTER:
        return None
    return now - latest
