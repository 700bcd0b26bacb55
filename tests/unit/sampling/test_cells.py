"""What strata are made of, and the rule that merges small ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import CallcenterError
from callcenter.sampling.cells import BETWEEN, cell_of, first_reporter, small_ones
from callcenter.sampling.design import fields_of, full_document, make_plan, merge_sizes, place_of, read_wishes, stratum_of

ORDER = ["市税务局", "和平区市场监管局"]


def named(*fields: str, sub_area: str = "园区", reported_by: tuple[str, ...] = ("和平区市场监管局", "市税务局")) -> str:
    return cell_of(fields, district="和平区", reported_by=reported_by, sub_area=sub_area, reporting_order=ORDER)


def test_a_cell_is_named_by_its_fields_in_their_fixed_order() -> None:
    assert named("district") == "和平区"
    assert named("reporting_unit", "district") == "和平区 · 市税务局", "the first in the frame's order, not in the unit's"
    assert named("sub_area", sub_area=" \t") == "未知"
    assert named("sub_area", sub_area="东\t区\n1") == "东 区 1", "no tab and no line break may stand in a hashed line"
    assert named("reporting_unit", reported_by=()) == "未知"


def test_reporters_that_the_order_does_not_name_come_last_by_name() -> None:
    assert first_reporter(["乙局", "甲局"], []) == min("乙局", "甲局")
    assert first_reporter(["乙局", "市税务局"], ORDER) == "市税务局"


@pytest.mark.parametrize(
    ("cells", "below", "merged"),
    [
        ({"a": 3, "b": 50}, 0, {}),  # no rule
        ({"a": 30, "b": 50}, 10, {}),  # none is small
        ({"a": 3, "b": 4, "c": 50}, 5, {"小层合并": ["a", "b"]}),  # two small ones are enough together
        ({"a": 3, "b": 40, "c": 50}, 5, {"小层合并": ["a", "b"]}),  # one alone takes the next larger
        ({"a": 3}, 5, {}),  # nobody to be merged with
        ({"x · 1": 1, "x · 2": 9, "y · 1": 9, "y · 2": 9}, 5, {"x · 小层合并": ["x · 1", "x · 2"]}),  # within one district only
    ],
)
def test_small_cells_are_merged_by_a_stated_rule(cells: dict[str, int], below: int, merged: dict[str, list[str]]) -> None:
    assert small_ones(cells, below) == merged


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([f"{a}{BETWEEN}{b}" for a in "pqr" for b in "123456"]), st.integers(0, 60)), st.integers(0, 40))
def test_the_rule_keeps_every_unit_and_leaves_no_small_stratum_that_could_grow(cells: dict[str, int], below: int) -> None:
    merges = small_ones(cells, below)
    merged = merge_sizes(cells, merges)
    assert sum(merged.values()) == sum(cells.values())
    for name, size in merged.items():
        group = name.partition(BETWEEN)[0]
        alone = sum(one.startswith(group) for one in merged) == 1
        assert size >= below or alone


def test_a_design_says_what_its_strata_are_made_of_and_old_ones_say_district() -> None:
    wishes = read_wishes({"total": 4, "strata": ["sub_area", "district"]})
    assert wishes.strata == ["district", "sub_area"]
    plan = make_plan({"a · 1": 10}, wishes)
    whole = full_document(wishes, plan, frame={"number": 1}, placed=place_of(wishes, plan, []))
    assert fields_of(whole) == ["district", "sub_area"]
    assert fields_of({"strata": "district"}) == fields_of({}) == ["district"]
    assert read_wishes({"total": 4, "strata": "district"}).strata == ["district"]
    for wrong in ([], ["colour"]):
        with pytest.raises(CallcenterError, match="分层依据"):
            read_wishes({"total": 4, "strata": wrong})


def test_a_design_effect_widens_every_margin_and_the_reserves_make_whole_steps() -> None:
    districts = {"a": 100, "b": 300}
    plain = make_plan(districts, read_wishes({"total": 40, "release": {"step": 7}}))
    wide = make_plan(districts, read_wishes({"total": 40, "deff": 4, "release": {"step": 7}}))
    assert wide.margin == pytest.approx(2 * (plain.margin or 0))
    assert wide.deff == pytest.approx(4 * (plain.deff or 0))
    first = wide.strata[0]
    assert (first.main_size, first.steps, first.calls, first.deff) == (10, 13, 30, 4)
    assert first.standard_error == pytest.approx(2 * (plain.strata[0].standard_error or 0))
    assert stratum_of("a", {"c": ["a"]}) == "c"
