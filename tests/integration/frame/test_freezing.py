"""A frame is frozen once, whole, and can be checked by its hash."""

from typing import Any

import pytest

from callcenter.db.engine import statement, transaction
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.frame import actions, queries
from callcenter.frame.actions import previewing
from callcenter.frame.queries import codes
from callcenter.frame.screening import read_rules
from callcenter.frame.strata import frame_hash
from callcenter.simulation.demo_lists import make
from callcenter.studies import queries as studies
from tests.factories.lists import code, row, submit, workbook
from tests.factories.studies import demo_population, make_study

pytestmark = pytest.mark.usefixtures("database_url", "field_time")


@pytest.fixture
def population_id(database_url: str, field_time: object) -> int:
    with transaction() as session:
        population = demo_population(session, make_study(session))
        assert population.id is not None
        return population.id


def test_nothing_accepted_is_nothing_to_freeze(population_id: int) -> None:
    with pytest.raises(Refused, match="至少有一行"), transaction() as session:
        submit(session, population_id, [row(1, phone="")])
        actions.freeze(session, population_id, None)


def test_units_of_all_departments_are_merged_and_hashed(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1), row(2, district="西青"), row(3, phone="")])
        submit(session, population_id, [row(1, phone="13800000009"), row(4, code="")], department="市税务局")
        frame = actions.freeze(session, population_id, None)
        assert frame.id is not None
        units = queries.units(session, frame.id)
        assert queries.strata_sizes(session, frame.id) == {"东丽区": 2, "西青区": 1}
    assert (frame.number, frame.size) == (1, 3)
    assert frame.sha256 == frame_hash((unit.unit_key, unit.district) for unit in units)
    [shared] = [unit for unit in units if len(unit.reported_by) > 1]
    assert shared.reported_by == ["市市场监管委", "市税务局"]
    assert [phone["number"] for phone in shared.phones] == ["+8613800000001", "+8613800000009"]
    assert {matter["department"] for matter in shared.matters} == {"市市场监管委", "市税务局"}
    assert frame.counts["merged"] == 1
    assert any(unit.unit_key.startswith("N:") for unit in units)
    assert shared.conflicts == ["phone"] and shared.resolution["phone"]["others"][0]["departments"] == ["市税务局"]
    assert frame.reporting_order == ["市市场监管委", "市税务局"]


def test_freezing_again_without_a_change_is_refused_and_with_one_gives_the_next_number(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
        actions.freeze(session, population_id, None)
    with pytest.raises(Conflict, match="第 1 号"), transaction() as session:
        actions.freeze(session, population_id, None)
    with transaction() as session:
        submit(session, population_id, [row(1), row(2)])
        assert actions.freeze(session, population_id, None).number == 2


def test_a_mended_telephone_is_a_change_although_the_hash_of_keys_stays(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
        first = actions.freeze(session, population_id, None)
        submit(session, population_id, [row(1, phone="13800000077")])
        again = actions.freeze(session, population_id, None)
    assert (again.number, again.sha256) == (2, first.sha256)


def test_screening_rules_are_versions_named_by_the_frame_that_keeps_what_they_took_out(population_id: int) -> None:
    rules = {"rules": [{"kind": "district", "none": ["未知"]}, {"kind": "matter", "any": ["印章"]}]}
    with transaction() as session:
        submit(session, population_id, [row(1), row(2, district=""), row(3, matter="注销"), row(4, matter="注销")])
        actions.set_rules(session, population_id, rules, why="与委托单位约定", user_id=None, stands="free", seen=0)
        frame = actions.freeze(session, population_id, None)
        assert frame.id is not None
        source = queries.frame_source(frame)
        removed, count = queries.removed_page(session, source, 2, 0)
        assert [unit["name"] for unit in removed] == ["天津某3有限公司", "天津某4有限公司"] and count == 2
        assert queries.removed_page(session, source, 0, 0)[1] == 3
    assert (frame.size, frame.screening["version"], frame.screening["rules"]) == (1, 1, rules["rules"])
    assert [effect["units"] for effect in frame.counts["screened"]] == [1, 2]
    with pytest.raises(Conflict, match="相同"), transaction() as session:
        actions.set_rules(session, population_id, rules, why="再来", user_id=None, stands="free")
    with pytest.raises(Conflict, match="第 1 版"), transaction() as session:
        actions.set_rules(session, population_id, {}, why="撤销", user_id=None, stands="free", seen=0)
    with pytest.raises(Refused, match="公开值"), transaction() as session:
        actions.set_rules(session, population_id, {}, why="撤销", user_id=None, stands="seed_known")
    with transaction() as session:
        actions.set_rules(session, population_id, {}, why="补充名单全部收入", user_id=None, stands="drawn")
        assert queries.current_screening(session, population_id) is not None
        assert queries.screening_document(queries.current_screening(session, population_id, supplement=True))["version"] == 2
        assert queries.screening_document(queries.current_screening(session, population_id))["version"] == 1
    with pytest.raises(Conflict, match="没有冻结"), transaction() as session:
        actions.freeze(session, population_id, None, shown="seen before")


def test_a_preview_is_kept_until_its_lists_or_rules_change_and_lists_units_by_kind(population_id: int) -> None:
    agent = {"phone": "13900000000"}
    with transaction() as session:
        submit(session, population_id, [row(1, **agent), row(2, **agent), row(3, **agent), row(4, district="")])
        submit(session, population_id, [row(4, district="西青区")], department="市税务局")
        kept, changed = actions.look_ahead(session, population_id, supplement=False)
        assert not changed and kept is not None
        made_at, source = kept.fingerprint, queries.preview_source(session, population_id)
        again, _ = actions.look_ahead(session, population_id, supplement=False)
        assert again is not None and again.fingerprint == made_at

        def listed(**wanted: object) -> int:
            return queries.units_page(session, source, queries.UnitsWanted(**wanted))[1]  # type: ignore[arg-type]  # by name

        assert (listed(), listed(kind="shared"), listed(kind="several"), listed(kind="conflicts"), listed(kind="phone")) == (4, 3, 1, 0, 0)
        assert (listed(district="西青区"), listed(kind="without_code"), listed(kind="do_not_call")) == (1, 0, 0)
        [number], count = queries.shared_numbers(session, source, 0)
        assert (number.number, number.size, count, number.departments) == ("+8613900000000", 3, 1, ["市市场监管委"])
        actions.add_do_not_call(session, "number", "13900000000", "本人来电", None)
        assert queries.still_barred(session, source) == 3
        [both], _ = queries.units_page(session, source, queries.UnitsWanted(kind="several"))
        reports = queries.provenance(session, both.matters)
        assert [(report.department, report.district, report.source_row) for report in reports] == [
            ("市市场监管委", "未知", 5), ("市税务局", "西青区", 2),
        ]  # fmt: skip
        submit(session, population_id, [row(9)], department="市税务局", adds=True)
        actions.look_ahead(session, population_id, supplement=False)
        assert queries.units_page(session, source, queries.UnitsWanted())[1] == 5


def test_units_in_several_populations_of_a_stage_are_counted(population_id: int) -> None:
    with transaction() as session:
        here = studies.population(session, population_id)
        other = studies.population_by_code(session, here.stage_id, "3-1")
        assert other.id is not None
        submit(session, population_id, [row(1), row(2), row(3)])
        submit(session, other.id, [row(2), row(3), row(4)])
        actions.freeze(session, population_id, None)
        actions.look_ahead(session, other.id, supplement=False)
        found = queries.overlap_of_stage(session, here.stage_id)
        assert (found.sizes, found.common(population_id, other.id)) == ({population_id: 3, other.id: 3}, 2)
        source = queries.frame_source(queries.frames(session, population_id)[0])
        both, count = queries.units_page(session, source, queries.UnitsWanted(also_in=other.id))
        assert (count, both[0].name) == (2, "天津某2有限公司")


def test_a_supplement_holds_only_units_that_stand_in_no_earlier_frame(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1), row(2)])
        actions.freeze(session, population_id, None)
        submit(session, population_id, [row(2), row(3)], department="市税务局", drawn=True)
        frame = actions.freeze(session, population_id, None, supplement=True)
        assert frame.id is not None
        assert [unit.name for unit in queries.units(session, frame.id)] == ["天津某3有限公司"]
    assert frame.number == 2


def test_a_code_learnt_after_the_draw_makes_no_new_unit(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1, code=""), row(2)])
        actions.freeze(session, population_id, None)
        submit(session, population_id, [row(1), row(3)], department="市税务局", drawn=True)
        frame = actions.freeze(session, population_id, None, supplement=True)
        assert frame.id is not None
        assert [unit.name for unit in queries.units(session, frame.id)] == ["天津某3有限公司"]


def test_the_preview_says_what_freezing_would_do(population_id: int) -> None:
    with transaction() as session:
        for made in make(3, per_district=15):
            submit(session, population_id, [], data=made.data, department=made.department)
        seen = queries.preview(session, population_id)
        frame = actions.freeze(session, population_id, None)
    assert seen.counts == frame.counts
    assert sum(frame.counts["by_district"].values()) == frame.size
    assert seen.submissions == 4
    assert sum(counted["alone"] for counted in seen.by_department.values()) + frame.counts["reported_by_several"] == frame.size


def test_a_replaced_list_does_not_come_into_the_frame(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1), row(2)])
        submit(session, population_id, [row(1)])
        assert actions.freeze(session, population_id, None).size == 1


def test_a_wish_not_to_be_called_is_kept_in_its_normal_form(population_id: int) -> None:
    with transaction() as session:
        actions.add_do_not_call(session, "number", "138-0000-0001", "本人来电", None)
        actions.add_do_not_call(session, "number", "+8613800000001", "再次来电", None)
        submit(session, population_id, [row(1), row(2)])
        assert queries.is_barred(session, "+8613800000001", None)
        assert not queries.is_barred(session, "+8613800000002", "91X")
        assert actions.freeze(session, population_id, None).counts["do_not_call"] == 1  # stays in the frame
    assert statement("SELECT count(*) FROM do_not_call") == [{"count": 1}]


@pytest.mark.parametrize(("scope", "value"), [("number", "12345"), ("enterprise", "某公司"), ("street", "x")])
def test_what_cannot_be_barred_is_said(population_id: int, scope: str, value: str) -> None:
    with pytest.raises(InvalidInput), transaction() as session:
        actions.add_do_not_call(session, scope, value, "本人来电", None)


def test_what_a_population_asks_beside_the_form_comes_with_the_matter(population_id: int) -> None:
    statement(
        """UPDATE populations SET settings =
           '{"extra_columns": ["报装渠道", "近两次办理时间"], "about_columns": {"报装渠道": {"aliases": ["渠道"]}}}'"""
    )
    head = ("序号", "企业名称", "联系电话", "业务描述", "渠道", "近两次办理时间")
    lines = [("天津甲公司", "13800000001", "用水报装", "线上", "2022-03、2021-11"), ("天津乙公司", "13800000002", "用水报装", "", "")]
    with transaction() as session:
        submit(session, population_id, [], data=workbook([dict(enumerate(line)) for line in lines], head, keys=range(5)))
        units = queries.preview(session, population_id).units
        [report] = queries.provenance(session, units[0].matters)
        undated = read_rules({"rules": [{"kind": "period", "from": "2022-01", "undated": "drop"}]})
        [effect] = queries.preview(session, population_id, rules=undated).counts["screened"]
    assert [unit.matters[0].get("beside") for unit in units] == [{"报装渠道": "线上", "近两次办理时间": "2022-03、2021-11"}, None]
    assert report.happened_on == "2022-03、2021-11"
    assert (effect["units"], effect["undated"]) == (1, 1)


def test_codes_of_other_populations_are_looked_up_without_a_join_that_could_become_quadratic(population_id: int) -> None:
    with transaction() as session:
        here = studies.population(session, population_id)
        other = studies.population_by_code(session, here.stage_id, "3-1")
        assert other.id is not None
        submit(session, population_id, [row(1, code=""), row(2, code=""), row(3)])
        submit(session, other.id, [row(1), row(2, district="西青区"), row(3)])
        assert codes.codes_taken_over(session, population_id) == {("天津某1有限公司", "东丽区"): [code(1)]}
        driver = session.connection().connection.driver_connection
        assert driver is not None
        plan = driver.execute(f"EXPLAIN {codes.KNOWN}", {"lists": [1, 2], "names": ["天津某1有限公司"]}).fetchall()
    assert not any("Loop" in line or "Join" in line for (line,) in plan)


def test_a_merge_outlives_other_populations_lists_unless_they_tell_a_code_that_changes_it(
    population_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "LARGE", 1)
    with transaction() as session:
        here = studies.population(session, population_id)
        other = studies.population_by_code(session, here.stage_id, "3-1")
        assert other.id is not None

        def state() -> list[str]:
            return actions.look_ahead(session, population_id, supplement=False)[1]

        submit(session, population_id, [row(1, code=""), row(2)])
        assert state() == ["lists"]
        shown = actions.keep_preview(session, population_id, supplement=False).fingerprint
        submit(session, other.id, [row(2), row(5), row(1, code="", district="西青区")])
        actions.add_do_not_call(session, "number", "13800000009", "本人来电", None)
        assert state() == []
        with monkeypatch.context() as spared:
            spared.setattr("callcenter.frame.queries.made_from.codes_taken_over", None)  # those lists were searched: not again
            assert state() == []
        submit(session, other.id, [row(1)], department="市税务局")
        assert state() == ["codes"]
        with pytest.raises(Conflict, match="没有冻结"):
            actions.freeze(session, population_id, None, shown=shown)
        shown = actions.keep_preview(session, population_id, supplement=False).fingerprint
        submit(session, other.id, [row(7)], department="市税务局", adds=True)
        frame = actions.freeze(session, population_id, None, shown=shown)
        actions.set_rules(session, population_id, {"rules": [{"kind": "code"}]}, why="约定", user_id=None, stands="free")
        assert state() == ["rules"]
    assert frame.counts["without_code"] == 0


def test_a_list_that_arrives_while_a_frame_is_merged_stops_the_freeze(population_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
        shown = actions.keep_preview(session, population_id, supplement=False).fingerprint
        merged = queries.preview

        def merge_late(*about: Any, **more: Any) -> Any:
            submit(session, population_id, [row(2)], department="市税务局")
            return merged(*about, **more)

        monkeypatch.setattr(queries, "preview", merge_late)
        with pytest.raises(Conflict, match="没有冻结"):
            actions.freeze(session, population_id, None, shown=shown)
