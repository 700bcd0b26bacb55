"""A scheduler that has stopped is noticed, one that works is not suspected."""

from datetime import UTC, datetime, timedelta

from callcenter.operations.liveness import silent_for

NOW = datetime(2022, 6, 2, 2, 0, tzinfo=UTC)


def test_a_scheduler_is_silent_after_less_than_a_minute_without_a_run() -> None:
    assert silent_for(NOW - timedelta(seconds=10), NOW) is None
    assert silent_for(NOW - timedelta(seconds=50), NOW) == timedelta(seconds=50)
    assert silent_for(None, NOW) is None, "it never ran: another page says so"
