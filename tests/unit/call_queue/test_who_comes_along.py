"""Which cases of an enterprise are worked in a call by which it called us."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue.callable import CaseFacts, OperatorFacts, Plan, comes_with_caller

NOW = datetime(2022, 6, 2, 12, tzinfo=UTC)  # eight in the evening in the field: the hours of dialling are over
PLAN = Plan(ch.read({}), (date(2022, 6, 1), date(2022, 6, 17)))
FRESH = CaseFacts("ready", 40, NOW - timedelta(hours=1), "E1", [("+8613800000001", "untried")], questionnaire="q")
OPERATOR = OperatorFacts(7, trained=frozenset({"q"}))
BEFORE_THE_WINDOW = replace(PLAN, window=(date(2022, 6, 3), date(2022, 6, 17)))


@pytest.mark.parametrize(
    ("case", "plan", "operator", "comes"),
    [
        (FRESH, PLAN, OPERATOR, True),
        (replace(FRESH, due_at=NOW + timedelta(days=3), last_attempt_day=date(2022, 6, 2), attempts_on_day=5), PLAN, OPERATOR, True),
        (replace(FRESH, rank=0, for_operator_id=8, anyone_from=NOW + timedelta(days=3)), PLAN, OPERATOR, True),  # promised to another
        (replace(FRESH, state="tracing", phones=[("+8613800000001", "dead")]), PLAN, OPERATOR, True),  # its number called us
        (replace(FRESH, state="leased"), PLAN, OPERATOR, False),
        (replace(FRESH, state="closed"), PLAN, OPERATOR, False),
        (replace(FRESH, questionnaire="another"), PLAN, OPERATOR, False),
        (replace(FRESH, needs_conversion=True), PLAN, OPERATOR, False),
        (replace(FRESH, needs_conversion=True), PLAN, replace(OPERATOR, converts_refusals=True), True),
        (FRESH, BEFORE_THE_WINDOW, OPERATOR, False),
        (FRESH, replace(PLAN, window=None), OPERATOR, False),
    ],
)
def test_what_may_be_talked_of_now_comes_along_whatever_its_time(case, plan, operator, comes):
    assert comes_with_caller(case, plan, NOW, operator) is comes
