"""The sixteen rates against the vector published with their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.response_rates import aapor, cuts
from callcenter.response_rates.cohorts import Cohort
from callcenter.response_rates.cuts import Cell, Group

VECTOR = {"I": 4, "P": 2, "R": 1, "NC": 1, "O": 1, "UH": 1, "UO": 1, "NE": 1}
EXPECTED = {
    "RR1": 0.363636,
    "RR2": 0.545455,
    "RR3": 0.370370,
    "RR4": 0.555556,
    "RR5": 0.444444,
    "RR6": 0.666667,
    "COOP1": 0.5,
    "COOP2": 0.75,
    "COOP3": 0.571429,
    "COOP4": 0.857143,
    "REF1": 0.090909,
    "REF2": 0.092593,
    "REF3": 0.111111,
    "CON1": 0.727273,
    "CON2": 0.740741,
    "CON3": 0.888889,
}
counts = st.fixed_dictionaries({category: st.integers(0, 10_000) for category in aapor.CATEGORIES})


LARGE = {"I": 760, "P": 339, "R": 59, "NC": 288, "O": 1, "UO": 173, "NE": 71}
OUTCOMERATE = {
    "RR1": 0.46913580,
    "RR2": 0.67839506,
    "RR3": 0.47149080,
    "RR4": 0.68180052,
    "RR5": 0.52522460,
    "RR6": 0.75950242,
    "COOP1": 0.65573770,
    "COOP2": 0.94823123,
    "COOP3": 0.65630397,
    "COOP4": 0.94905009,
    "REF1": 0.03641975,
    "REF2": 0.03660258,
    "REF3": 0.04077402,
    "CON1": 0.71543210,
    "CON2": 0.71902347,
    "CON3": 0.80096752,
}
"""What the R package outcomerate 1.0.1 prints for these counts: `outcomerate(disp_counts, e = eligibility_rate(disp_counts))`."""


@pytest.mark.parametrize("name", EXPECTED)
def test_rate_of_the_published_vector(name: str) -> None:
    assert aapor.rates(VECTOR, 0.9)[name] == pytest.approx(EXPECTED[name], abs=5e-7)


def test_every_rate_of_a_survey_agrees_with_the_r_package_and_so_does_e() -> None:
    assert aapor.rates(LARGE) == pytest.approx(OUTCOMERATE, abs=5e-9)
    assert aapor.proportional_e(LARGE) == pytest.approx(1447 / 1518)


def test_there_are_sixteen_rates() -> None:
    assert list(aapor.RATES) == list(EXPECTED)


def test_e_of_the_vector_is_nine_tenths_by_the_proportional_rule() -> None:
    report = aapor.report([VECTOR])
    assert report["e"] == {"value": 0.9, "method": "proportional"}
    assert report["rates"] == aapor.rates(VECTOR, 0.9)
    assert report["bounds"]["RR3"] == [pytest.approx(4 / 11), pytest.approx(4 / 9)]


def test_without_a_known_ineligible_case_e_is_one_and_says_so() -> None:
    report = aapor.report([{"I": 3, "UH": 1}])
    assert report["e"]["value"] == 1
    assert "warning" in report["e"]
    assert report["rates"]["RR3"] == 0.75


def test_the_warning_of_a_sum_follows_its_own_counts() -> None:
    told = [
        aapor.report(strata)["e"].get("warning")
        for strata in ([{"I": 1}, {"NE": 1, "UH": 1}], [{"UH": 1}, {"I": 1, "NE": 1}], [{"UH": 1}] * 2)
    ]
    assert told == [None, aapor.SOME_WITHOUT, aapor.NO_INELIGIBLE]
    assert "warning" not in aapor.report([{"UH": 1}, {"NE": 1}], 0.5)["e"]


def test_a_zero_denominator_is_not_defined_rather_than_zero() -> None:
    assert set(aapor.rates({}).values()) == {None}
    only_unknown = aapor.rates({"UH": 5})
    assert only_unknown["RR1"] == 0
    assert only_unknown["RR5"] is None
    assert only_unknown["COOP1"] is None


def test_over_strata_denominators_are_summed_and_rates_are_not_averaged() -> None:
    small, large = {"I": 1, "R": 0, "UH": 0}, {"I": 10, "R": 40, "UH": 50, "NE": 50}
    total = aapor.report([small, large])
    assert total["rates"]["RR1"] == pytest.approx(11 / 101)
    # e is 1 in the small stratum (nothing unknown there) and 1/2 in the large one: 1 + 50 + 50/2
    assert total["rates"]["RR3"] == pytest.approx(11 / 76)
    assert total["e"]["value"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("4.1", "4.10"),
        ("3.2", "3.20"),
        ("3.3", "3.30"),
        ("3.9", "3.90"),
        ("4.7", "4.70"),
        ("1.10", "1.1"),
        (" 1.1 ", "1.1"),
        ("2.111", "2.111"),
        ("2.12", "2.12"),
        ("3.12", "3.12"),
        ("2.1", "2.10"),
        ("", None),
        ("nan", None),
        ("1", None),
        ("9.99", None),
        ("-1.1", None),
    ],
)
def test_codes_are_read_as_spreadsheets_mangle_them(written: str, code: str | None) -> None:
    assert aapor.read_code(written) == code


@given(counts, st.floats(0, 1))
def test_every_rate_lies_between_nought_and_one_or_is_not_defined(counted: dict[str, int], e: float) -> None:
    for value in aapor.rates(counted, e).values():
        assert value is None or 0 <= value <= 1


@given(counts, st.floats(0, 1))
def test_the_families_stand_in_their_order(counted: dict[str, int], e: float) -> None:
    rates = aapor.rates(counted, e)
    for lower, upper in (("RR1", "RR3"), ("RR3", "RR5"), ("RR1", "RR2"), ("REF1", "REF2"), ("CON2", "CON3"), ("COOP1", "COOP3")):
        low, high = rates[lower], rates[upper]
        if low is not None and high is not None:
            assert low <= high * (1 + 1e-12)


@given(counts)
def test_interviews_partials_and_the_rest_add_up_to_the_eligible(counted: dict[str, int]) -> None:
    rates = aapor.rates(counted)
    if rates["CON3"] is not None:
        noncontact = counted["NC"] / sum(counted[category] for category in aapor.ELIGIBLE)
        assert rates["CON3"] + noncontact == pytest.approx(1)


@given(st.lists(counts, min_size=1, max_size=4))
def test_the_order_of_strata_does_not_matter_and_e_reproduces_rr3(strata: list[dict[str, int]]) -> None:
    total = aapor.report(strata)
    assert total["rates"]["RR3"] == pytest.approx(aapor.report(strata[::-1])["rates"]["RR3"])
    eligible = sum(total["counts"][category] for category in aapor.ELIGIBLE)
    unknown = sum(total["counts"][category] for category in aapor.UNKNOWN)
    if total["rates"]["RR3"] is not None:
        assert total["rates"]["RR3"] == pytest.approx(total["counts"]["I"] / (eligible + total["e"]["value"] * unknown))


def test_a_row_of_any_cut_takes_e_from_the_strata_as_the_total_does() -> None:
    """e of a is 1/2, of b 1: of the five unknown three count; pooled it would be 4/5 of five."""
    a = {"I": 1, "UH": 4, "NE": 1}
    b = {"I": 3, "UO": 1}
    strata = [group("a", Cell(1, a, a)), group("b", Cell(2, b, b))]
    everything = group("all", Cell(1, a, a), Cell(2, b, b))
    halves = [group("x", Cell(1, {"I": 1, "UH": 1}, {})), group("y", Cell(1, {"UH": 3, "NE": 1}, {}), Cell(2, b, {}))]
    total = cuts.rates_of(strata, strata)
    assert total["rates"]["RR3"] == pytest.approx(4 / 7)
    assert cuts.rates_of([everything], strata) == total
    taken = [row["e"]["value"] * (row["counts"]["UH"] + row["counts"]["UO"]) for row in (cuts.rates_of([half], strata) for half in halves)]
    assert taken == pytest.approx([0.5, 2.5])
    assert cuts.rates_of([halves[0]], strata)["e"] == {"value": 0.5, "method": "proportional"}


def group(key: str, *cells: Cell) -> Group:
    return Group(key, Cohort(), {}, cells)


@pytest.mark.parametrize(
    ("written", "category"),
    [
        ("2.11", "R"),
        ("2.1", "R"),
        ("2.20", "NC"),
        ("2.2", "NC"),
        ("2.3", "O"),
        ("2.332", "O"),
        ("3.21", "UO"),
        ("3.161", "UH"),
        ("4.30", "NE"),
        ("4.3", "NE"),
        ("4.50", "NE"),
        ("4.7", "NE"),
        ("2.19", None),
        ("4.99", None),
        ("5.1", None),
        ("2", None),
    ],
)
def test_published_codes_of_aapor_are_read_and_unknown_ones_are_not(written: str, category: str | None) -> None:
    code = aapor.read_code(written)
    assert (aapor.ACCEPTED[code] if code else None) == category


def test_published_codes_agree_with_ours() -> None:
    assert all(aapor.PUBLISHED.get(code, category) == category for code, category in aapor.CODES.items())
