"""What the field will still bring."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.call_queue.calling_hours import Hours
from callcenter.errors import InvalidInput
from callcenter.follow_up.forecast import End, StratumNow, as_document, forecast, operators_needed
from callcenter.follow_up.queries.forecasts import share_left, staff
from callcenter.follow_up.top_up import YieldModel

DAYS = [date(2022, 6, 1) + timedelta(days=day) for day in range(10)]
SURE = YieldModel((0.0, 1.0, 0.0), (0.0, 0.0, 0.0), 100)
"""Every first call gives a valid sample."""
HARD = YieldModel((0.0, 0.2, 0.2, 0.2), (0.0, 0.1, 0.1, 0.1), 100)


def now(model: YieldModel = SURE, fresh: int = 100, target: int = 100, valid: int = 0, tried: int = 1) -> StratumNow:
    return StratumNow("和平区", target, valid, {0: fresh}, model, tried)


def test_what_is_sure_comes_as_fast_as_the_operators_can_call() -> None:
    found = forecast([now()], DAYS, operators=1, calls_a_day=20)
    assert found is not None
    assert [round(day.middle) for day in found.days[:5]] == [20, 40, 60, 80, 100]
    assert found.done_on == DAYS[4] and found.worked_out > 0.4
    assert found.strata[0].chance == 1.0
    assert operators_needed([now()], DAYS[:2], calls_a_day=20) == 3


def test_a_stratum_without_any_contact_has_no_number() -> None:
    found = forecast([now(), StratumNow("河西区", 10, 0, {0: 20}, HARD, 0)], DAYS, operators=5)
    assert found is not None
    assert (found.strata[1].middle, found.strata[1].chance) == (None, None)
    assert found.targets is None, "whether that one is reached nobody can say"
    assert as_document(found)["strata"][1]["middle"] is None and as_document(found)["targets"] is None
    assert forecast([now(tried=0)], DAYS, operators=5) is None


def test_without_operators_nothing_happens_and_without_cases_it_is_over() -> None:
    idle = forecast([now(HARD)], DAYS, operators=0)
    assert idle is not None and idle.done_on is None and idle.days[-1].high == 0
    over = forecast([now(fresh=0, valid=7)], DAYS, operators=1)
    assert over is not None and over.done_on == DAYS[0] and over.days[0].middle == 7
    with pytest.raises(InvalidInput):
        forecast([now()], DAYS, operators=-1)


def test_the_middle_agrees_with_the_model() -> None:
    found = forecast([now(HARD, fresh=1000)], DAYS, operators=50)
    assert found is not None
    assert found.strata[0].middle == pytest.approx(1000 * HARD.fresh, rel=0.03)
    assert found.strata[0].low is not None and found.strata[0].low < found.strata[0].middle


@settings(max_examples=25)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 4), st.integers(1, 30))
def test_no_case_is_lost_and_more_operators_never_bring_less(fresh: int, begun: int, operators: int, calls: int) -> None:
    stratum = StratumNow("和平区", 10, 3, {0: fresh, 2: begun}, HARD, 1)
    few = forecast([stratum], DAYS, operators=operators, calls_a_day=calls, runs=40)
    many = forecast([stratum], DAYS, operators=operators + 20, calls_a_day=calls + 60, runs=40)
    assert few is not None and many is not None
    assert 3 <= few.days[-1].low <= few.days[-1].high <= 3 + fresh + begun
    assert few.days[-1].middle <= many.days[-1].middle + 4
    assert all(before.middle <= after.middle for before, after in zip(few.days, few.days[1:], strict=False))
    assert many.worked_out == 1.0


def test_the_end_has_a_band_of_days_and_a_day_behind_the_window_is_no_day() -> None:
    found = forecast([now()], DAYS, operators=1, calls_a_day=20)
    assert found is not None and found.targets == found.worked, "what is sure is reached with the last call"
    assert found.worked == End(DAYS[4], DAYS[4], DAYS[5], 1.0), "whole calls are shared out by lot"
    tight = forecast([now(HARD, fresh=300, target=10)], DAYS, operators=1, calls_a_day=72)
    assert tight is not None and tight.targets is not None
    assert tight.worked.early is not None and 0 < tight.worked.chance < 1 and tight.worked.late is None
    assert tight.targets.early is not None and tight.targets.late is not None and tight.targets.late <= DAYS[2]


def test_only_what_is_left_of_today_is_worked_today() -> None:
    found = forecast([now()], DAYS, operators=1, calls_a_day=20, first_share=0.0)
    assert found is not None and (found.days[0].middle, found.days[1].middle) == (0, 20)
    ten = datetime(2022, 6, 2, 2, 0, tzinfo=UTC)
    assert share_left(Hours(), ten) == pytest.approx(6 / 7)
    assert (share_left(Hours(), ten - timedelta(hours=5)), share_left(Hours(), ten + timedelta(hours=9))) == (1.0, 0.0)
    assert share_left(Hours(dayparts=()), ten) == 0.0


def test_the_staff_is_that_of_the_last_whole_day_unless_more_are_calling() -> None:
    monday, tuesday = DAYS[:2]
    assert staff([monday] * 6 + [tuesday], tuesday) == 6
    assert staff([monday] * 2 + [tuesday] * 3, tuesday) == 3
    assert staff([tuesday], tuesday) == 1 and staff([], tuesday) == 0
    assert staff([monday] * 4, tuesday + timedelta(days=3)) == 4, "days without operators lie between"
