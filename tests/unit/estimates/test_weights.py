"""Weights sum to the frame, and thin classes are merged by the stated rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.estimates.weights import INELIGIBLE, NONRESPONSE, UNKNOWN, VALID, Attribute, Stratum, kish, status, weigh

KINDS = (VALID, NONRESPONSE, INELIGIBLE, UNKNOWN)


def cases(**strata: list[str]) -> dict[int, tuple[str, str]]:
    listed = [(name, kind) for name, kinds in strata.items() for kind in kinds]
    return dict(enumerate(listed))


def test_the_two_adjustments_of_one_stratum() -> None:
    """100 units, 20 released (base 5): 10 valid, 4 refused, 1 ineligible, 5 unknown.

    Known 15 stand for 20: factor 4/3. Then 10 valid stand for 14: factor 7/5. Valid: 5*4/3*7/5 = 28/3; ineligible: 20/3.
    """
    made = weigh([Stratum("a", 100, 20)], cases(a=[VALID] * 10 + [NONRESPONSE] * 4 + [INELIGIBLE] + [UNKNOWN] * 5))
    assert made.base[0] == 5
    assert made.final[0] == pytest.approx(28 / 3)
    assert made.final[14] == pytest.approx(20 / 3)
    assert (made.final[10], made.final[15]) == (0, 0)
    assert sum(made.final.values()) == pytest.approx(100)
    assert (made.n_valid, made.kish_deff, made.effective_n) == (10, pytest.approx(1), pytest.approx(10))


def test_a_stratum_with_fewer_than_five_valid_cases_is_merged_with_its_thinner_neighbour() -> None:
    strata = [Stratum("a", 40, 10), Stratum("b", 30, 6), Stratum("c", 60, 10)]
    made = weigh(strata, cases(a=[VALID] * 10, b=[VALID] * 4 + [NONRESPONSE] * 2, c=[VALID] * 8 + [NONRESPONSE] * 2))
    assert [each.strata for each in made.classes] == [["a"], ["b", "c"]]
    assert sum(made.final.values()) == pytest.approx(130)


def test_a_factor_over_three_is_merged_only_where_that_lowers_it() -> None:
    low = [VALID] * 6 + [NONRESPONSE] * 20
    alone = weigh([Stratum("a", 99, 26), Stratum("b", 99, 26)], cases(a=low, b=low))
    assert [each.strata for each in alone.classes] == [["a"], ["b"]]
    beside = weigh([Stratum("a", 99, 26), Stratum("b", 99, 26)], cases(a=low, b=[VALID] * 26))
    assert [each.strata for each in beside.classes] == [["a", "b"]]


def test_without_any_valid_case_nobody_stands_for_the_others() -> None:
    made = weigh([Stratum("a", 10, 2)], cases(a=[NONRESPONSE, UNKNOWN]))
    assert set(made.final.values()) == {0}
    assert made.kish_deff is None
    assert made.effective_n is None


def test_kish_design_effect_of_unequal_weights() -> None:
    assert kish([1, 1, 1, 1]) == 1
    assert kish([1, 3]) == pytest.approx(1.25)
    assert kish([]) is None


@pytest.mark.parametrize(
    ("code", "category", "valid", "expected"),
    [
        ("1.1", "I", True, VALID),
        ("1.1", "I", False, NONRESPONSE),
        ("1.2", "P", False, NONRESPONSE),
        ("4.80", "NE", False, INELIGIBLE),
        ("3.30", "UO", False, INELIGIBLE),
        ("3.20", "UO", False, UNKNOWN),
        ("3.13", "UH", False, UNKNOWN),
    ],
)
def test_what_a_case_is_to_the_weights(code: str, category: str, valid: bool, expected: str) -> None:
    assert status(code, category, valid=valid) == expected


@given(st.lists(st.tuples(st.lists(st.sampled_from(KINDS), max_size=30), st.integers(0, 100)), min_size=1, max_size=6))
def test_the_weights_of_those_who_respond_sum_to_the_frame(drawn: list[tuple[list[str], int]]) -> None:
    kinds = {f"s{n}": [VALID, *more] for n, (more, _) in enumerate(drawn)}
    strata = [Stratum(name, len(kinds[name]) + rest, len(kinds[name])) for name, (_, rest) in zip(kinds, drawn, strict=True)]
    made = weigh(strata, cases(**kinds))
    assert sum(made.final.values()) == pytest.approx(sum(stratum.size for stratum in strata))
    assert all(made.final[case] >= made.base[case] for case, (_, kind) in cases(**kinds).items() if kind == VALID)


def test_raked_and_trimmed_weights_still_sum_to_the_frame_and_say_what_was_done() -> None:
    released = cases(a=[VALID] * 10 + [NONRESPONSE] * 2, b=[VALID] * 6 + [INELIGIBLE])
    kinds = {case: "big" if case % 4 == 0 else "small" for case in released}
    size = Attribute("规模", kinds, {"big": 60, "small": 65})
    made = weigh([Stratum("a", 90, 12), Stratum("b", 35, 7)], released, rake_by=[size], trim_at=1.5)
    assert made.raked is not None
    assert made.raked.settled
    assert made.trimmed is not None
    assert made.trimmed.cut == 3
    assert sum(made.final.values()) == pytest.approx(125)
    untrimmed = weigh([Stratum("a", 90, 12), Stratum("b", 35, 7)], released, rake_by=[size])
    assert sum(weight for case, weight in untrimmed.final.items() if kinds[case] == "big") == pytest.approx(60)
    assert (made.variation or 9) < (untrimmed.variation or 0)
