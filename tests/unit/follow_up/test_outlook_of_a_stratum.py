"""Whether a next step is due, and if not, why not yet."""

from dataclasses import replace
from typing import Any

import pytest

from callcenter.follow_up.top_up import CaseState, Proposal, outlook, step_settled, step_state

SHORT = Proposal(target=5, valid=1, expected=0.5, yield_rate=0.3, mean_count=12, safe_count=18, chance=0.9, reserves=20)
EMPTY = Proposal(target=5, valid=1, expected=0.5, yield_rate=0.3, mean_count=12, safe_count=18, chance=0.9, reserves=0)
DONE = step_state([CaseState(3, "other")] * 5)
STANDS: dict[str, Any] = {"valid": 1, "main_waiting": False, "in_field": True, "in_time": True, "last_word": ""}


@pytest.mark.parametrize(
    ("found", "step", "change", "why"),
    [
        (SHORT, DONE, {}, "due"),
        (SHORT, DONE, {"main_waiting": True}, "main_waiting"),
        (None, DONE, {}, "enough"),
        (SHORT, DONE, {"in_field": False}, "not_in_field"),
        (SHORT, DONE, {"last_word": "open"}, "proposed"),
        (SHORT, step_state([CaseState(2, "open"), *[CaseState(3, "other")] * 9]), {}, "unsettled"),  # one case has had two attempts only
        (SHORT, step_state([CaseState(3, "open")] * 3 + [CaseState(1, "valid")] * 7), {}, "unsettled"),  # 70 % of it is final
        (SHORT, step_state([CaseState(3, "open")] * 2 + [CaseState(1, "valid")] * 8), {}, "due"),  # 80 % is enough
        (EMPTY, DONE, {}, "exhausted"),
        (SHORT, DONE, {"in_time": False}, "window_closing"),
        (SHORT, DONE, {"last_word": "declined"}, "declined"),
        (SHORT, DONE, {"last_word": "accepted"}, "due"),
        (EMPTY, step_state([CaseState(0, "open")]), {"last_word": "open"}, "exhausted"),  # nothing is left to wait for
        (None, step_state([CaseState(1, "open")]), {"short_at_end": 1}, "fell_short"),  # open cases are called no more
        (SHORT, DONE, {"in_field": False, "short_at_end": 0}, "reached"),
        (None, DONE, {"main_waiting": True, "short_at_end": 5}, "fell_short"),
    ],
)
def test_the_first_thing_in_the_way_of_a_next_step_is_told(
    found: Proposal | None, step: object, change: dict[str, object], why: str
) -> None:
    assert outlook(found, step, **(STANDS | change)).why == why  # type: ignore[arg-type]  # rows of a table


def test_what_is_offered_never_exceeds_what_is_left_of_the_list() -> None:
    few = replace(SHORT, reserves=7)
    assert [(one.mean_offer, one.safe_offer, one.enough) for one in (SHORT, few, EMPTY)] == [(12, 18, True), (7, 7, False), (0, 0, False)]


def test_a_step_tells_how_far_it_is_by_the_designs_own_rule() -> None:
    cases = [CaseState(1, "open"), CaseState(3, "open"), CaseState(0, "other")]
    state = step_state(cases)
    assert (state.cases, state.tried, state.final, state.settled) == (3, 2, 1, False)
    assert step_settled(cases, min_attempts=1, final_share=0.3)
    assert not step_state([]).settled
