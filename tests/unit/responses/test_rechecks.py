"""Who is called again, what that says, and how sure an error rate is."""

from datetime import date

import pytest

from callcenter.responses import rechecks
from callcenter.responses.rechecks import Done, Rules, chosen, judge, lot, wilson

MONDAY, NEXT = date(2022, 6, 6), date(2022, 6, 13)


def done(number: int, operator: int = 1, kind: str = "complete", first: int = 1) -> list[Done]:
    return [Done(case, operator, MONDAY, kind) for case in range(first, first + number)]


def test_the_share_is_drawn_by_lot_and_the_lot_needs_the_secret() -> None:
    found = chosen(done(4000), set(), Rules(), salt="s", today=MONDAY)
    assert 340 < len(found) < 460
    assert found != chosen(done(4000), set(), Rules(), salt="other", today=MONDAY)
    assert chosen(done(4000), set(found), Rules(), salt="s", today=MONDAY) == []  # chosen once is chosen


def test_a_week_too_small_is_filled_up_when_it_is_over_by_the_smallest_lots() -> None:
    few = done(8)
    drawn = chosen(few, set(), Rules(share=0), salt="s", today=MONDAY)
    assert drawn == []
    filled = chosen(few, set(), Rules(share=0), salt="s", today=NEXT)
    assert filled == sorted(range(1, 9), key=lambda case: lot("s", case))[:3]
    assert len(chosen(done(2), set(), Rules(share=0), salt="s", today=NEXT)) == 2
    assert chosen(few, set(filled), Rules(share=0), salt="s", today=NEXT) == []


def test_every_denial_a_twentieth_of_closings_and_all_of_a_suspect() -> None:
    assert len(chosen(done(20, kind="denied"), set(), Rules(), salt="s", today=MONDAY)) == 20
    assert 60 < len(chosen(done(2000, kind="closing"), set(), Rules(), salt="s", today=MONDAY)) < 140
    assert len(chosen(done(20), set(), Rules(), salt="s", today=MONDAY, suspects={1})) == 20


@pytest.mark.parametrize(
    ("kind", "told", "reason"),
    [
        ("complete", {"interviewed": "yes", "right_enterprise": "yes", "handled": "yes"}, None),
        ("complete", {"interviewed": "no", "right_enterprise": "no", "handled": "no"}, "not_interviewed"),
        ("complete", {"interviewed": "yes", "right_enterprise": "no", "handled": "yes"}, "wrong_enterprise"),
        ("denied", {"handled": "yes"}, "handled_after_all"),
        ("denied", {"handled": "no"}, None),
        ("closing", {"as_told": "no"}, "not_as_told"),
    ],
)
def test_what_fails_a_re_check(kind: str, told: dict[str, str], reason: str | None) -> None:
    assert judge(kind, told, {}, {}).reason == reason


def test_different_answers_are_counted_and_fail_nothing() -> None:
    first, second = {"days": 3, "used": ["b", "a"], "sat": "9"}, {"days": "3.0", "used": "a b", "sat": "7", "new": "x"}
    judged = judge("complete", {"interviewed": "yes"}, first, second)
    assert (judged.reason, judged.compared, judged.differing) == (None, 3, ("sat",))


def test_wilsons_interval_is_that_of_r() -> None:
    """R: prop.test(1, 10, correct = FALSE)$conf.int is 0.01787621 0.40415002; of 0 in 10 it is 0 0.2775328."""
    one, none, nothing = wilson(1, 10), wilson(0, 10), wilson(0, 0)
    assert (one.low, one.high) == pytest.approx((0.01787621, 0.40415002), abs=1e-7)
    assert (none.low, none.high) == pytest.approx((0.0, 0.2775328), abs=1e-7)
    assert (nothing.low, nothing.high) == (None, None)


def test_rules_come_from_the_study() -> None:
    assert rechecks.read_rules({"recheck": {"share": 0.25, "at_least_a_week": 5, "else": 1}}) == Rules(0.25, 5)
