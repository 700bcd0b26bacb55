"""Rows of counts or of cases become the same rates."""

import pytest

from callcenter.errors import InvalidInput
from callcenter.response_rates import counters


def tally(rows: list[dict[str, str]], by: str | None = None) -> dict[str, counters.Tally]:
    return counters.tally(enumerate(rows, start=2), by=by)


def test_counts_and_cases_of_the_same_survey_agree() -> None:
    counted = tally([{"category": "I", "n": "2"}, {"category": "UH", "n": "1"}, {"category": "NE", "n": "1"}])
    cases = tally([{"code": code} for code in ("1.1", "1.1", "3.13", "4.1")])
    assert counted == cases
    assert counters.report(cases, None, weighted=False)["rates"]["RR1"] == pytest.approx(2 / 3)
    assert cases == tally([{"code": code, "n": n} for code, n in (("1.1", "2"), ("3.13", "1"), ("4.1", "1"))]), "counts by code"


def test_a_weight_counts_once_for_each_case_of_a_row() -> None:
    groups = tally([{"category": "I", "n": "2", "weight": "3"}, {"category": "R", "n": "1", "weight": "10"}])
    report = counters.report(groups, None, weighted=True)
    assert report["counts"]["I"] == 2
    assert report["weighted"]["counts"]["I"] == 6
    assert report["weighted"]["rates"]["RR1"] == pytest.approx(6 / 16)


def test_by_ends_with_the_total_from_summed_denominators() -> None:
    rows = [
        {"code": "1.1", "d": "和平区"},
        {"code": "2.112", "d": "南开区"},
        {"code": "1.1", "d": "和平区"},
        {"code": "3.11", "d": "南开区"},
    ]
    reports = counters.report_by(tally(rows, by="d"), None, weighted=False)
    assert [report["by"] for report in reports] == ["和平区", "南开区", None]
    assert [report["rates"]["RR1"] for report in reports] == [1, 0, 0.5]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"code": "9.1"}, "unknown_code"),
        ({"code": ""}, "unknown_code"),
        ({"category": "X", "n": "1"}, "unknown_category"),
        ({"category": "I", "n": "-1"}, "not_a_count"),
        ({"category": "I", "n": "many"}, "not_a_count"),
        ({"category": "I", "n": "1.5"}, "not_whole"),
        ({"code": "1.1", "weight": "nan"}, "not_a_count"),
        ({"code": "1.1", "weight": ""}, "not_a_count"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(row: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tally([row])
    assert refused.value.code == code
    assert "第 2 行" in str(refused.value)


def test_columns_are_known_by_their_chinese_headers_and_in_capitals() -> None:
    assert [counters.meant(name) for name in ("结果代码", "Code", " N ", "权重", "区", "Weights")] == [
        "code",
        "code",
        "n",
        "weight",
        "区",
        "Weights",
    ]


def test_all_bad_rows_are_told_at_once_and_many_are_cut_short() -> None:
    with pytest.raises(InvalidInput) as refused:
        tally([{"code": "1.1"}, {"code": "9.1"}, {"code": "1.1", "weight": "-1"}, *([{"code": "x"}] * 12)])
    told = str(refused.value)
    assert refused.value.code == "bad_rows" and "14 行" in told and "前 10 行" in told
    assert all(f"第 {line} 行" in told for line in range(3, 13)) and "第 13 行" not in told


def test_a_case_that_stands_twice_in_a_file_is_refused_with_both_lines_and_blanks_are_no_number() -> None:
    with pytest.raises(InvalidInput, match=r"第 4 行.*第 2 行") as refused:
        tally([{"case_id": "a", "code": "1.1"}, {"case_id": "b", "code": "1.1"}, {"case_id": " a", "code": "3.13"}])
    assert refused.value.code == "case_twice"
    assert tally([{"ID": "", "code": "1.1"}, {"ID": "", "code": "1.1"}])[""].counts == {"I": 2}
    assert tally([{"unit": "a", "code": "1.1"}, {"unit": "a", "code": "1.1"}])[""].counts == {"I": 2}, "one enterprise, two matters"
    assert tally([{"id": "a", "category": "I", "n": "1"}, {"id": "a", "category": "I", "n": "2"}])[""].counts == {"I": 3}
