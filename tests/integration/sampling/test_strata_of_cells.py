"""Strata by district, reporting unit and sub-area on a real frame; designs kept for comparison."""

from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.db import engine
from callcenter.errors import CallcenterError
from callcenter.sampling import actions, queries
from scripts.verify_draw import check_frame
from tests.conftest import FieldTime
from tests.factories.sampling import MadeFrame, make_frame

BY_UNIT = {"total": 6, "strata": ["district", "reporting_unit"]}


@pytest.fixture
def frame(database_url: str, field_time: FieldTime) -> MadeFrame:
    with engine.transaction() as session:
        made = make_frame(session)
    # Six units of 和平区 came from the tax office too, which stands first in the frame's order; two have a sub-area.
    engine.statement("UPDATE frame_units SET reported_by = '{市市场监管委,市税务局}' WHERE unit_key <= 'E0006'")
    engine.statement("UPDATE frame_units SET sub_area = '开发区' WHERE unit_key <= 'E0002'")
    engine.statement("UPDATE frames SET reporting_order = '{市税务局,市市场监管委}'")
    return made


def drawn(frame: MadeFrame, field_time: FieldTime, before_draw: str | None = None) -> int:
    with engine.transaction() as session:
        due = clock.now() + timedelta(days=1)
        draw = actions.commit(session, population_id=frame.population_id, public_source="双色球", public_due=due, user_id=None)
        design = actions.fix_design(session, frame_id=frame.frame_id, document=BY_UNIT, user_id=None)
        assert draw.id is not None and design.id is not None
        ids = draw.id, design.id
    field_time.set(due + timedelta(minutes=1))
    if before_draw:
        engine.statement(before_draw)
    with engine.transaction() as session:
        actions.enter_public_value(session, ids[0], "07 11", None)
        actions.draw(session, draw_id=ids[0], design_id=ids[1], user_id=None)
    return ids[0]


def test_cells_count_every_unit_once_under_its_first_reporter(frame: MadeFrame) -> None:
    with engine.transaction() as session:
        assert queries.cell_sizes(session, frame.frame_id, ["district"]) == {"和平区": 12, "河西区": 8}
        by_unit = queries.cell_sizes(session, frame.frame_id, ["reporting_unit", "district"])
        assert by_unit == {"和平区 · 市市场监管委": 6, "和平区 · 市税务局": 6, "河西区 · 市市场监管委": 8}
        assert queries.cell_sizes(session, frame.frame_id, ["sub_area"]) == {"开发区": 2, "未知": 18}
        units = queries.units_in_cells(session, frame.frame_id, ["district", "sub_area"])
        assert sorted({unit.cell for unit in units}) == ["和平区 · 开发区", "和平区 · 未知", "河西区 · 未知"]


def test_a_draw_by_reporting_unit_is_verified_from_its_certificate(frame: MadeFrame, field_time: FieldTime) -> None:
    draw_id = drawn(frame, field_time)
    with engine.transaction() as session:
        made = queries.certificate(session, draw_id)
        check_frame(made, queries.frame_of_draw(session, draw_id))
    assert [(row["stratum"], row["N"]) for row in made["strata"]] == [
        ("和平区 · 市市场监管委", 6),
        ("和平区 · 市税务局", 6),
        ("河西区 · 市市场监管委", 8),
    ]


def test_a_frame_whose_strata_were_changed_after_the_freeze_is_not_drawn(frame: MadeFrame, field_time: FieldTime) -> None:
    with pytest.raises(CallcenterError) as refusal:
        drawn(frame, field_time, "UPDATE frame_units SET reported_by = '{市市场监管委}' WHERE unit_key = 'E0001'")
    assert refusal.value.code == "strata_changed"
    assert engine.statement("SELECT count(*) AS n FROM draw_units") == [{"n": 0}]


def test_a_kept_design_is_kept_once_and_forgotten_by_name(frame: MadeFrame) -> None:
    def save(name: str, total: int = 6) -> int:
        with engine.transaction() as session:
            return (
                actions.save_draft(
                    session, population_id=frame.population_id, name=name, document={"total": total}, user_id=frame.supervisor_id
                ).id
                or 0
            )

    first = save("按比例")
    assert save(" 按比例 ") == first, "the same again is no second one"
    for name, total, code in (("按比例", 7, "draft_name_taken"), (" ", 6, "no_draft_name"), ("荒唐", 0, "bad_design")):
        with pytest.raises(CallcenterError) as refusal:
            save(name, total)
        assert refusal.value.code == code
    with engine.transaction() as session:
        actions.remove_draft(session, frame.population_id, first, None)
        assert queries.drafts(session, frame.population_id) == []
        with pytest.raises(CallcenterError, match="没有这个备选方案"):
            queries.draft(session, frame.population_id, first)
