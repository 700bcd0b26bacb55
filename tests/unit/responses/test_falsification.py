"""Signs of interviews that were not held as they should be, and operators compared with care."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.responses import falsification as panel
from callcenter.responses.falsification import Held, fdr, fisher, holm, signs

ANSWERS = {f"q{n}": str(n) for n in range(10)}


def held(number: int, operator: int = 1, **given_: object) -> Held:
    plain = {
        "seconds": 300.0,
        "reading_seconds": 280.0,
        "talk_seconds": 320.0,
        "answers": {**ANSWERS, "q0": f"own {number}", "q1": f"own {number}"},
    }
    return Held(number, number, operator, **{**plain, **given_})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "found"),
    [
        ({}, []),
        ({"seconds": 100.0, "talk_seconds": 100.0}, ["fast"]),
        ({"scales": {"1 2 3": ("2", "2", "2", "2")}}, ["straight"]),
        ({"scales": {"1 2 3": ("2", "2", "2"), "a b c": ("a", "a", "a", "b")}}, []),
        ({"talk_seconds": 20.0}, ["silent"]),
        ({"talk_seconds": None}, []),  # dialled on a desk telephone: nothing is known of its talk
    ],
)
def test_signs_of_one_interview(given_: dict[str, object], found: list[str]) -> None:
    assert [sign.indicator for sign in signs([held(1, **given_)])] == found


def test_near_duplicates_of_one_operator_are_paired_with_the_closest() -> None:
    same = dict(ANSWERS)
    found = signs([held(1, answers=same), held(2, answers=same), held(3, answers={**same, "q0": "x"}), held(4, operator=2, answers=same)])
    assert [(sign.held.interview_id, sign.about) for sign in found] == [(1, 1.0), (2, 1.0), (3, 0.9)]


def test_one_of_many_operators_stands_out_only_after_correction() -> None:
    everyone = [held(100 * operator + n, operator) for operator in range(1, 11) for n in range(20)]
    fast = [panel.Sign("fast", one, 0.3) for one in everyone if one.operator_id == 1][:9]
    fast += [panel.Sign("fast", one, 0.3) for one in everyone if one.interview_id in (201, 301)]
    rows = {(row.operator_id, row.indicator): row for row in panel.compare(everyone, fast)}
    assert rows[1, "fast"].marked and rows[1, "fast"].others == pytest.approx(2 / 180)
    assert not any(row.marked for key, row in rows.items() if key != (1, "fast"))


def test_fishers_test_is_that_of_r() -> None:
    """R: fisher.test(matrix(c(3, 1, 1, 3), 2), alternative = "greater")$p.value is 0.2428571."""
    assert fisher(3, 4, 4, 8) == pytest.approx(0.2428571, abs=1e-7)


def test_adjusted_p_values_are_those_of_r() -> None:
    """R: p.adjust(c(.01, .04, .03, .005), "holm") is .03 .06 .06 .02; "BH" gives .02 .04 .04 .02."""
    values = [0.01, 0.04, 0.03, 0.005]
    assert holm(values) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert fdr(values) == pytest.approx([0.02, 0.04, 0.04, 0.02])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjustment_never_makes_a_p_value_smaller(values: list[float]) -> None:
    assert all(p <= q + 1e-12 <= h + 1e-9 for p, q, h in zip(values, fdr(values), holm(values), strict=True))
