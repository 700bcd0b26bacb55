from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callcenter.people.throttling import BY_ADDRESS, BY_USERNAME, WINDOW, blocked_until, until

NOW = datetime(2022, 6, 2, 2, 0, tzinfo=UTC)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=minute) for minute in minutes]


def test_the_fifth_wrong_try_on_a_name_blocks_until_the_first_of_them_is_old_enough() -> None:
    assert until(ago(1, 2, 3, 4), [], NOW) is None
    assert until(ago(1, 2, 3, 4, 5), [], NOW) == NOW - timedelta(minutes=5) + WINDOW
    assert until(ago(1, 2, 3, 4, 15), [], NOW) is None


def test_an_office_behind_one_address_may_err_more_often() -> None:
    assert until([], ago(*range(1, BY_USERNAME + 1)), NOW) is None
    assert until([], ago(*[1] * BY_ADDRESS), NOW) == NOW - timedelta(minutes=1) + WINDOW


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 40))
def test_at_the_moment_named_the_next_try_is_allowed_and_not_before(minutes: list[float], limit: int) -> None:
    failures = ago(*minutes)
    moment = blocked_until(failures, limit, NOW)
    if moment:
        assert NOW < moment <= NOW + WINDOW
        assert blocked_until(failures, limit, moment - timedelta(microseconds=1)) is not None
        assert blocked_until(failures, limit, moment) is None
