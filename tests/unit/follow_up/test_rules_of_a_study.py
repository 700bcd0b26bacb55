"""A study's own recall rules: contradictions are refused with what to do, and whatever is accepted loses no case."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.call_queue import calling_hours as ch
from callcenter.follow_up import recall_rules as rr
from callcenter.studies.phases import FIELD_ZONE, field_day
from tests.unit.follow_up.test_recall_rules import HOURS, ONE, TWO

THREE_LINES = [{"number": number} for number in ("96599966", "96599977", "96599988")]


@pytest.mark.parametrize(
    ("settings", "where", "says"),
    [
        ({"recall": {"busy_minute": 5}}, "recall.busy_minute", "busy_minutes"),  # a slip in a name
        ({"recall": {"attempts": "six"}}, "recall.attempts", "six"),
        ({"recall": {"attempts": True}}, "recall.attempts", "True"),
        ({"recall": {"attempts": 0}}, "recall.attempts", "1 以上"),
        ({"recall": [6]}, "recall", "attempts"),
        ({"calling": {"caps": {"a_day": -1}}}, "calling.caps.a_day", "-1"),
        ({"recall": {"attempts": 2, "workdays": 3}}, "recall.workdays", "2 次拨打分布不到 3 个工作日"),
        ({"recall": {"attempts": 20}}, "recall.whole", "20"),
        ({"recall": {"a_day": 6}}, "recall.a_day", "最多 5 次"),
        ({"recall": {"blocked_lines": 4, "blocked_times": 4}, "lines": THREE_LINES}, "recall.blocked_lines", "只公布了 3 条"),
        ({"recall": {"blocked_times": 9}}, "recall.blocked_times", "等不到 9 次"),
        ({"recall": {"attempts": 4}, "calling": {"caps": {"attempts": 5}}}, "recall.attempts", "calling.caps.attempts 是 5"),
        ({"calling": {"weekdays": []}}, "calling.weekdays", "1（周一）"),
        ({"calling": {"weekdays": [0]}}, "calling.weekdays", "[0]"),
        ({"calling": {"extra_days_off": ["2022-06-31"]}}, "calling.extra_days_off", "2022-06-31"),
        ({"calling": {"extra_days_off": ["2022-06-04"], "extra_workdays": ["2022-06-04"]}}, "calling", "既是加班日又是休息日"),
        ({"calling": {"dayparts": [["09:00", "11:00"], ["10:00", "12:00"]]}}, "calling.dayparts", "重叠"),
        ({"calling": {"dayparts": [["09:00", "09:05"]]}, "interview_minutes": 8}, "calling.dayparts", "8 分钟"),
    ],
)
def test_rules_that_cannot_be_followed_are_told_with_what_to_do(settings: dict[str, Any], where: str, says: str) -> None:
    told = [str(problem) for problem in rr.problems(settings)]
    assert any(text.startswith(f"study.yaml {where}：") and says in text for text in told), told


def test_the_rules_as_they_are_and_sensible_changes_are_accepted() -> None:
    assert rr.problems({}) == []
    assert rr.problems({"recall": {"attempts": 8, "busy_minutes": 30}, "calling": {"caps": {"attempts": 8}}, "lines": THREE_LINES}) == []


RULES = st.fixed_dictionaries(
    {},
    optional={
        "attempts": st.integers(1, 12), "workdays": st.integers(1, 6), "a_day": st.integers(1, 5), "gap_minutes": st.integers(0, 600),
        "busy_minutes": st.integers(1, 300), "busy_a_day": st.integers(1, 5), "suspended_workdays": st.integers(1, 5),
        "suspended_times": st.integers(0, 4), "refusal_workdays": st.integers(1, 10), "blocked_times": st.integers(1, 5),
        "blocked_lines": st.integers(1, 3), "whole": st.integers(1, 20), "line_stays_for": st.integers(1, 5),
    },
)  # fmt: skip
CODES = st.lists(st.sampled_from(sorted(rr.OUTCOMES)), min_size=1, max_size=25)


@given(RULES, CODES, st.integers(-48, 2))
def test_accepted_rules_lose_no_case_pass_no_cap_and_leave_no_hours(given_: dict[str, int], codes: list[str], hours_off: int) -> None:
    if rr.problems({"recall": given_}):
        return
    rules, now = rr.read_rules({"recall": given_}), datetime(2022, 6, 1, 9, tzinfo=FIELD_ZONE)
    history: list[rr.Past] = []
    phones: tuple[rr.Phone, ...] = TWO
    for code in codes:
        history.append(rr.Past(now, code, phone=str(phones[0]["number"]), line="96599966"))
        # The clock may have jumped between the call and its outcome.
        decision = rr.decide(rr.Situation(tuple(history), now + timedelta(hours=hours_off), HOURS, rules, phones))
        assert decision.action in {"call", "close", "trace"}
        assert (decision.action == "call") == (decision.due_at is not None)
        assert {phone["number"] for phone in decision.phones} == {phone["number"] for phone in TWO}
        if decision.due_at is None:
            break
        assert decision.due_at >= now
        assert ch.is_open(HOURS, decision.due_at) or ch.appointment_is_open(HOURS, decision.due_at)
        now, phones = decision.due_at, decision.phones
    counted = [past for past in history if past.counts]
    assert len(counted) <= rules.whole
    tried = [past for past in counted if past.outcome in rr.UNREACHED]
    if len(tried) == len(counted):  # nobody was ever reached: the caps of the table hold as they are
        assert len(tried) <= max(rules.attempts, 1)


def test_a_long_holiday_is_waited_for_and_make_up_days_are_worked() -> None:
    """Mid-Autumn and National Day 2022: off 1 to 7 October, Saturday the 8th is worked."""
    hours = ch.read({})
    when = datetime(2022, 9, 30, 16, tzinfo=FIELD_ZONE)
    decision = rr.decide(rr.Situation((rr.Past(when, "informant_absent", phone=ONE[0]["number"]),), when, hours, rr.Rules(), ONE))
    assert decision.due_at is not None
    assert field_day(decision.due_at).isoformat() == "2022-10-08"
