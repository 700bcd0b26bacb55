import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.lines import CaseOnLines, PublishedLine, choose, folded, read_lines, read_resting, require_published, unusable
from callcenter.calls.lines.choice import held_by
from callcenter.calls.lines.settings import Resting, resting_problems
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
        "９６５９９９６６",
        "＋８６ （０２２） 9659－9966",
        " 022\u30009659\u00a09966 ",
    ],
)
def test_every_form_in_which_a_line_comes_back_is_the_same_line(form):
    assert folded(form) == "96599966"
    assert require_published(form, LINES).number == "96599966"


@pytest.mark.parametrize(
    "form",
    [
        "96599967",
        "13800000000",
        "+8613896599966",
        "0229659996",
        "+1202296599966",
        "",
        "9659996696599966",
        "01096599966",
        "+85296599966",
        "96599966#1",
    ],
)
def test_any_other_caller_number_is_refused(form):
    with pytest.raises(Refused, match="不是本调查公布的外呼号码"):
        require_published(form, LINES)


@given(st.text(max_size=20))
def test_nothing_typed_is_taken_for_a_line_unless_it_ends_in_one(text):
    try:
        line = require_published(text, LINES)
    except Refused:
        return
    assert "".join(c for c in unicodedata.normalize("NFKC", text) if c in "0123456789").endswith(line.number)


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


def test_a_line_elsewhere_comes_back_in_the_forms_that_its_study_lists():
    line = PublishedLine("62110000", "+861062110000", forms=("01062110000",))
    assert {require_published(form, [line]).number for form in ("62110000", "+861062110000", "010 6211 0000")} == {"62110000"}
    with pytest.raises(Refused):
        require_published("02262110000", [line])


@pytest.mark.parametrize(
    ("line", "hold"),
    [
        ({}, None),
        ({"draining": True}, "draining"),
        ({"resting_until": NOW + timedelta(seconds=1)}, "resting"),
        ({"max_concurrent": 2, "open_calls": 2}, "full"),
        ({"per_second": 1, "in_second": 1}, "per_second"),
        ({"per_hour": 60, "in_hour": 59}, None),
        ({"per_hour": 60, "in_hour": 60}, "per_hour"),
        ({"a_day": 500, "today": 500}, "a_day"),
        ({"hours": (("09:00", "10:00"),)}, "hours"),  # it is 10:00 in Tianjin
        ({"hours": (("09:00", "10:00"), ("10:00", "12:00"))}, None),
    ],
)
def test_what_keeps_a_line_back(line, hold):
    assert held_by(PublishedLine("96599966", "+862296599966", **line), NOW) == hold


def test_a_case_leaves_the_line_that_blocked_it_as_long_as_there_is_another():
    case = CaseOnLines("96599966", ever_reached=True, tried=("96599966",), leaves=frozenset({"96599966"}))
    assert choose(LINES, case, NOW).number == "96599977"
    assert choose(LINES[:1], case, NOW).number == "96599966"


def test_why_no_line_can_call_and_until_when():
    at_four = NOW + timedelta(hours=6)
    resting = [PublishedLine(n, f"+8622{n}", resting_until=at_four + timedelta(hours=k)) for k, n in enumerate(("96599966", "96599977"))]
    draining = PublishedLine("96599988", "+862296599988", draining=True)
    assert (unusable([*resting, draining], NOW).code, unusable([*resting, draining], NOW).until) == ("lines_rest", at_four)
    assert unusable([*resting, LINES[2]], NOW) is None
    busy = PublishedLine("96599988", "+862296599988", max_concurrent=0)
    assert unusable([*resting, busy], NOW) is None, "a moment's wait is no reason"
    assert "停止新呼叫" in unusable([*resting, draining], NOW).text
    assert (unusable([draining], NOW).code, unusable([draining], NOW).until) == ("lines_drained", None)
    spent = PublishedLine("96599988", "+862296599988", a_day=10, today=10)
    assert unusable([spent], NOW).until == datetime(2022, 6, 2, 16, tzinfo=UTC), "midnight in Tianjin"
    early = PublishedLine("96599988", "+862296599988", hours=(("13:30", "17:30"),))
    assert unusable([spent, early], NOW).until == datetime(2022, 6, 2, 5, 30, tzinfo=UTC)
    assert unusable([], NOW).code == "no_line"


GOOD = {"number": "96599966", "dialled_form": "+862296599966"}


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ({"number": "9659996a", "dialled_form": "+86229659996a"}, "不能拨出"),
        ({"number": "96"}, "不是数字"),
        ({"dialled_form": "02296599966"}, "不能拨出"),
        ({"dialled_form": "+862296599977"}, "不是号码 96599966 的拨出形式"),
        ({"per_second": 0.5}, "per_second"),
        ({"a_day": -1}, "a_day"),
        ({"max_concurrent": "30"}, "max_concurrent"),
        ({"hours": [["20:00", "09:00"]]}, "时段"),
        ({"hours": "09:00-20:00"}, "时段"),
        ({"forms": "02296599966"}, "forms"),
        ({"daily": 5}, "没有“daily”这一项"),
    ],
)
def test_what_is_wrong_with_a_line_of_study_yaml_is_told_where_it_stands(line, about):
    rows, problems = read_lines([{**GOOD, **line}])
    assert not rows
    assert any(about in str(problem) for problem in problems)
    assert {problem.where for problem in problems} == {"study.yaml lines 第 1 条"}


def test_a_list_that_is_none_and_a_number_listed_twice_are_told():
    assert len(read_lines("96599966")[1]) == len(read_lines(["96599966"])[1]) == len(read_lines([GOOD, GOOD])[1]) == 1
    rows, problems = read_lines([{**GOOD, "a_day": 800, "hours": [["09:00", "20:00"]]}])
    assert not problems
    assert rows[0] | {"a_day": 800, "hours": [["09:00", "20:00"]], "max_concurrent": 30, "per_second": None} == rows[0]


def test_the_rules_of_rest_have_defaults_and_refuse_what_is_no_number():
    assert read_resting({"line_rest": {"labels": 2}}) == Resting(labels=2)
    assert [len(resting_problems({"line_rest": said})) for said in ({}, {"hours": 8}, {"hours": 0}, {"weeks": 1}, [1])] == [0, 0, 1, 1, 1]


def test_lines_used_alike_share_the_enterprises_and_an_enterprise_keeps_its_own():
    first = [choose(LINES, CaseOnLines(), NOW, f"E{number}").number for number in range(300)]
    assert first == [choose(LINES, CaseOnLines(), NOW, f"E{number}").number for number in range(300)]
    assert min(first.count(line.number) for line in LINES) > 70
