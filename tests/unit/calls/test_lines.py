from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.lines import CaseOnLines, PublishedLine, choose, folded, require_published
from callcenter.errors import Refused

NOW = datetime(2022, 6, 2, 2, tzinfo=UTC)
LINES = [PublishedLine(number, f"+8622{number}") for number in ("96599966", "96599977", "96599988")]


@pytest.mark.parametrize(
    "form",
    [
        "96599966",
        "02296599966",
        "2296599966",
        "+862296599966",
        "862296599966",
        "00862296599966",
        "022-9659 9966",
        "(022)96599966",
        "+8696599966",
    ],
)
def test_every_form_in_which_a_line_comes_back_is_the_same_line(form):
    assert folded(form) == "96599966"
    assert require_published(form, LINES).number == "96599966"


@pytest.mark.parametrize("form", ["96599967", "13800000000", "+8613896599966", "0229659996", "+1202296599966", "", "9659996696599966"])
def test_any_other_caller_number_is_refused(form):
    with pytest.raises(Refused, match="不是本调查公布的外呼号码"):
        require_published(form, LINES)


@given(st.text(max_size=20))
def test_nothing_typed_is_taken_for_a_line_unless_it_ends_in_one(text):
    try:
        line = require_published(text, LINES)
    except Refused:
        return
    assert "".join(c for c in text if c in "0123456789").endswith(line.number)


def test_the_least_used_line_takes_a_fresh_case():
    busy = [PublishedLine(line.number, line.dialled_form, open_calls=n) for line, n in zip(LINES, (3, 1, 2), strict=True)]
    assert choose(busy, CaseOnLines(), NOW) == busy[1]


def test_the_line_of_the_first_contact_stays_with_the_case_although_it_is_busier():
    busy = [PublishedLine(line.number, line.dialled_form, open_calls=n) for line, n in zip(LINES, (9, 0, 0), strict=True)]
    assert choose(busy, CaseOnLines("96599966", ever_reached=True, tried=("96599966",) * 5), NOW) == busy[0]


def test_a_never_reached_case_moves_on_after_three_attempts_to_a_line_it_has_not_seen():
    twice = CaseOnLines("96599966", tried=("96599966",) * 2)
    thrice = CaseOnLines("96599966", tried=("96599966",) * 3)
    six = CaseOnLines("96599966", tried=("96599966",) * 3 + ("96599977",) * 3)
    assert [choose(LINES, case, NOW).number for case in (twice, thrice, six)] == ["96599966", "96599977", "96599966"]
    moved = CaseOnLines("96599977", tried=("96599966",) * 3 + ("96599977",) * 3)
    assert choose(LINES, moved, NOW).number == "96599988"


def test_a_resting_line_is_left_out_and_its_cases_go_to_another():
    resting = [PublishedLine("96599966", "+862296599966", resting_until=NOW + timedelta(minutes=1)), LINES[1]]
    assert choose(resting, CaseOnLines("96599966", ever_reached=True), NOW) == LINES[1]
    rested = [PublishedLine("96599966", "+862296599966", resting_until=NOW), LINES[1]]
    assert choose(rested, CaseOnLines("96599966", ever_reached=True), NOW) == rested[0]


def test_no_line_where_all_are_full_or_rest():
    full = [PublishedLine("96599966", "+862296599966", max_concurrent=2, open_calls=2)]
    assert choose(full, CaseOnLines(), NOW) is None
    assert choose([], CaseOnLines(), NOW) is None
