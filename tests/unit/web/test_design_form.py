"""The design form of the workbench: what is typed becomes a document, and a document fills the form again."""

from callcenter.web.pages.supervisor.sampling import design_form

CELLS = {"和平区": 100, "河西区": 400}
FORM = {**design_form.defaults({}), "total": "60"}


def test_power_allocation_measures_a_stratum_by_what_is_typed_and_by_its_units_where_nothing_is() -> None:
    typed = {**FORM, "method": "power", "power": "1", "stratum:和平区": "1", "stratum:河西区": "1"}
    by_units = design_form.try_out(typed, CELLS)
    assert by_units.plan is not None
    assert [stratum.target for stratum in by_units.plan.strata] == [12, 48]
    by_turnover = design_form.try_out({**typed, "X:和平区": "200"}, CELLS)
    assert by_turnover.plan is not None
    assert [stratum.target for stratum in by_turnover.plan.strata] == [20, 40]
    assert design_form.filled(by_turnover.document)["X:和平区"] == "200.0"


def test_a_measure_that_cannot_be_is_told_beside_its_field() -> None:
    typed = {**FORM, "method": "power"}
    assert list(design_form.try_out({**typed, "X:和平区": "多"}, CELLS).problems) == ["X:和平区"]
    assert list(design_form.try_out({**typed, "X:和平区": "-1"}, CELLS).problems) == ["X:和平区"]
    assert list(design_form.try_out({**typed, "stratum:和平区": "-1"}, CELLS).problems) == ["stratum:和平区"]


def test_shares_of_populations_that_stand_before_are_part_of_a_negatively_coordinated_design_only() -> None:
    typed = {**FORM, "earlier:2021/4-1": "0.25"}
    assert design_form.try_out({**typed, "coordination": "positive"}, CELLS).document["earlier_shares"] == {}
    negative = design_form.try_out({**typed, "coordination": "negative"}, CELLS)
    assert negative.document["earlier_shares"] == {"2021/4-1": 0.25}
    assert design_form.filled(negative.document)["earlier:2021/4-1"] == "0.25"
    assert list(design_form.try_out({**typed, "earlier:2021/4-1": "2", "coordination": "negative"}, CELLS).problems) == ["earlier:2021/4-1"]
