"""A frame is frozen once, whole, and can be checked by its hash."""

import pytest

from callcenter.db.engine import statement, transaction
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.frame import actions, queries
from callcenter.frame.strata import frame_hash
from callcenter.simulation.demo_lists import make
from tests.factories.lists import row, submit
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


def test_freezing_again_without_a_change_is_refused_and_with_one_gives_the_next_number(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1)])
        actions.freeze(session, population_id, None)
    with pytest.raises(Conflict, match="第 1 号"), transaction() as session:
        actions.freeze(session, population_id, None)
    with transaction() as session:
        submit(session, population_id, [row(1), row(2)])
        assert actions.freeze(session, population_id, None).number == 2


def test_a_supplement_holds_only_units_that_stand_in_no_earlier_frame(population_id: int) -> None:
    with transaction() as session:
        submit(session, population_id, [row(1), row(2)])
        actions.freeze(session, population_id, None)
        submit(session, population_id, [row(2), row(3)], department="市税务局", drawn=True)
        frame = actions.freeze(session, population_id, None, supplement=True)
        assert frame.id is not None
        assert [unit.name for unit in queries.units(session, frame.id)] == ["天津某3有限公司"]
    assert frame.number == 2


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
