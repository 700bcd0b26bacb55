"""Handing out: never two operators on one case, none lost, in the stated order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select, text

from callcenter.call_queue import actions, priority, queries
from callcenter.call_queue.tables import Case
from callcenter.db.engine import statement, transaction
from callcenter.errors import Conflict
from callcenter.people.tables import User
from callcenter.questionnaire.tables import Questionnaire
from tests.conftest import FieldTime
from tests.factories.cases import MadeCases, make_cases, make_operator
from tests.factories.sampling import insert


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        return make_cases(session, 8, operators=2)


def change(case_id: int, **values: Any) -> None:
    with transaction() as session:
        held = actions.locked(session, case_id)
        for name, value in values.items():
            setattr(held, name, value)


def claimed(operator_id: int) -> int | None:
    """The case handed out next; it is taken out of the queue at once."""
    lease = actions.claim(operator_id)
    if lease is None:
        return None
    with transaction() as session:
        actions.close(session, lease.case_id, "test")
    return lease.case_id


def test_fresh_cases_come_in_the_order_of_the_draw(made: MadeCases) -> None:
    assert [claimed(made.operators[0]) for _ in range(9)] == [*made.case_ids, None]


def test_asking_twice_gives_the_same_case(made: MadeCases) -> None:
    first = actions.claim(made.operators[0])
    assert first is not None
    assert actions.claim(made.operators[0]) == first


def test_the_stated_order_of_ranks(made: MadeCases, field_time: FieldTime) -> None:
    now, (me, other) = field_time.moment, made.operators
    a, b, c, d, e, f = made.case_ids[:6]
    change(a, rank=priority.RECALL, due_at=now - timedelta(minutes=1))
    change(b, rank=priority.SOFT_APPOINTMENT, due_at=now - timedelta(hours=1))
    change(c, rank=priority.PROMISED, due_at=now)
    earlier = {"due_at": now - timedelta(minutes=30), "anyone_from": now - timedelta(minutes=25)}
    change(d, rank=priority.HARD_APPOINTMENT, for_operator_id=other, **earlier)
    change(e, rank=priority.HARD_APPOINTMENT, for_operator_id=me, due_at=now, anyone_from=now + timedelta(minutes=5))
    change(f, rank=priority.RECALL, due_at=now + timedelta(minutes=1))
    rest = made.case_ids[6:]
    # own appointment, another's that waited too long, promise, soft, recall, fresh; what is not due does not come
    assert [claimed(me) for _ in range(9)] == [e, d, c, b, a, *rest, None, None]


def test_an_appointment_is_its_own_operators_first(made: MadeCases, field_time: FieldTime) -> None:
    me, other = made.operators
    case_id = made.case_ids[0]
    for each in made.case_ids[1:]:
        change(each, state="closed")
    due = field_time.moment
    change(case_id, rank=0, due_at=due, for_operator_id=other, anyone_from=due + timedelta(minutes=5))
    assert actions.claim(me) is None
    field_time.set(due + timedelta(minutes=5))
    assert claimed(me) == case_id


def test_refusal_conversion_only_by_those_named_for_it(made: MadeCases) -> None:
    for case_id in made.case_ids:
        change(case_id, needs_conversion=True)
    assert actions.claim(made.operators[0]) is None
    with transaction() as session:
        converter = make_operator(session, "converter", converts_refusals=True)
    assert claimed(converter) == made.case_ids[0]


def test_untrained_and_disabled_people_get_nothing(made: MadeCases) -> None:
    with transaction() as session:
        untrained = make_operator(session, "newcomer", trained=False)
    assert actions.claim(untrained) is None


@pytest.mark.parametrize(
    ("moment", "appointment", "fresh"),
    [
        ("2022-06-02 10:00", True, True),
        ("2022-06-02 19:00", True, False),  # wider hours for appointments
        ("2022-06-02 20:00", False, False),
        ("2022-06-04 10:00", True, False),  # a Saturday
        ("2022-06-02 11:55", True, False),  # less than an interview before noon
        ("2022-06-18 10:00", False, False),  # behind the calling window
        ("2022-05-31 10:00", False, False),  # before it
    ],
)
def test_hours_window_and_calendar(made: MadeCases, field_time: FieldTime, moment: str, appointment: bool, fresh: bool) -> None:
    from callcenter.studies.phases import FIELD_ZONE

    now = datetime.fromisoformat(moment).replace(tzinfo=FIELD_ZONE)
    for case_id in made.case_ids:
        change(case_id, due_at=now - timedelta(days=3))
    change(made.case_ids[0], rank=0)
    field_time.set(now)
    assert (claimed(made.operators[0]) == made.case_ids[0]) is appointment
    assert (claimed(made.operators[0]) is not None) is fresh


def test_do_not_call_acts_at_once(made: MadeCases, field_time: FieldTime) -> None:
    with transaction() as session:
        first, second = (session.get_one(Case, case_id) for case_id in made.case_ids[:2])
        insert(session, "do_not_call", scope="enterprise", value=first.unit_key, reason="asked", at=field_time.moment)
        insert(session, "do_not_call", scope="number", value=second.phones[0]["number"], reason="asked", at=field_time.moment)
    assert claimed(made.operators[0]) == made.case_ids[2]
    with transaction() as session:
        assert "do_not_call" in [reason.code for reason in queries.explain(session, made.case_ids[1], field_time.moment).reasons]


def test_sixteen_operators_never_share_a_case_and_lose_none(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 120, operators=16)
    start = threading.Barrier(16)

    def work(operator_id: int) -> list[int]:
        start.wait()
        taken = []
        while (case_id := claimed(operator_id)) is not None:
            taken.append(case_id)
        return taken

    with ThreadPoolExecutor(16) as threads:
        hands = list(threads.map(work, made.operators))
    taken = [case_id for hand in hands for case_id in hand]
    assert len(taken) == len(set(taken))
    assert set(taken) == set(made.case_ids)


def test_a_double_click_in_two_threads_is_one_case(made: MadeCases) -> None:
    start = threading.Barrier(8)

    def click(_: int) -> str:
        start.wait()
        lease = actions.claim(made.operators[0])
        assert lease is not None
        return lease.id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(click, range(8)))) == 1
    assert statement("SELECT count(*) AS n FROM cases WHERE state = 'leased'") == [{"n": 1}]


def test_a_lease_expires_unless_its_heart_beats(made: MadeCases, field_time: FieldTime) -> None:
    me, other = made.operators
    lease = actions.claim(me)
    assert lease is not None
    field_time.set(lease.expires_at - timedelta(seconds=1))
    with transaction() as session:
        assert actions.expire_leases(session) == []
        later = actions.heartbeat(session, lease.id, me)
    assert later > lease.expires_at
    field_time.set(later)
    with transaction() as session:
        assert actions.expire_leases(session) == [lease.case_id]
    with pytest.raises(Conflict), transaction() as session:
        actions.heartbeat(session, lease.id, me)
    again = actions.claim(other)
    assert again is not None
    assert again.case_id == lease.case_id


def test_an_expired_lease_of_ones_own_is_not_handed_back_as_if_alive(made: MadeCases, field_time: FieldTime) -> None:
    lease = actions.claim(made.operators[0])
    assert lease is not None
    field_time.set(lease.expires_at)
    again = actions.claim(made.operators[0])
    assert again is not None
    assert again.id != lease.id


def test_nobody_keeps_another_ones_lease_alive(made: MadeCases) -> None:
    lease = actions.claim(made.operators[0])
    assert lease is not None
    with pytest.raises(Conflict), transaction() as session:
        actions.heartbeat(session, lease.id, made.operators[1])


def test_a_case_given_back_rests_and_comes_again(made: MadeCases, field_time: FieldTime) -> None:
    me = made.operators[0]
    lease = actions.claim(me)
    assert lease is not None
    with transaction() as session:
        actions.give_back(session, lease.id, me, "认识对方")
    assert claimed(me) == made.case_ids[1]
    field_time.set(field_time.moment + actions.GIVEN_BACK_RESTS)
    assert made.case_ids[0] in [claimed(me) for _ in range(7)]


def test_releasing_twice_makes_each_case_once(made: MadeCases) -> None:
    with transaction() as session:
        assert [actions.release_units(session, release) for release in made.drawn.releases.values()] == [0, 0]


def test_strata_released_one_after_another_are_called_mixed(made: MadeCases, field_time: FieldTime) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM cases"))
    for release in made.drawn.releases.values():
        with transaction() as session:
            actions.release_units(session, release)
        field_time.set(field_time() + timedelta(minutes=10))
    with transaction() as session:
        by_prn = list(session.exec(select(Case.id).order_by(Case.order_key)))
        districts = list(session.exec(select(Case.district).order_by(Case.order_key)))
    assert districts != sorted(districts), "the order of the draw mixes them"
    assert [claimed(made.operators[0]) for _ in by_prn] == by_prn


def test_new_cases_take_the_version_released_last_however_it_is_numbered(made: MadeCases) -> None:
    """An older version that was released again is the one that new cases use."""
    with transaction() as session:
        session.execute(text("DELETE FROM cases"))
        first = session.exec(select(Questionnaire)).one()
        later = Questionnaire(**first.model_dump(exclude={"id", "version", "sha256", "released_at"}), version=first.version + 1, sha256="1")
        later.released_at = first.released_at - timedelta(days=1) if first.released_at else None
        session.add(later)
        session.flush()
        for release in made.drawn.releases.values():
            actions.release_units(session, release)
        assert set(session.exec(select(Case.questionnaire_id))) == {first.id}


def test_when_the_next_one_is_due(made: MadeCases, field_time: FieldTime) -> None:
    from callcenter.studies.phases import FIELD_ZONE

    evening = datetime(2022, 6, 2, 18, 0, tzinfo=FIELD_ZONE)
    with transaction() as session:
        assert queries.next_due(session, made.study_id, evening) == datetime(2022, 6, 6, 9, 0, tzinfo=FIELD_ZONE)
        change(made.case_ids[0], rank=0, due_at=datetime(2022, 6, 4, 15, 0, tzinfo=FIELD_ZONE))
        assert queries.next_due(session, made.study_id, evening) == datetime(2022, 6, 4, 15, 0, tzinfo=FIELD_ZONE)
        assert queries.next_due(session, made.study_id, datetime(2022, 6, 17, 18, 0, tzinfo=FIELD_ZONE)) is None


offsets = st.integers(-300, 300).map(lambda minutes: timedelta(minutes=minutes))
rows = st.fixed_dictionaries(
    {
        "rank": st.sampled_from(priority.ORDER),
        "due": offsets,
        "mine": st.sampled_from([None, True, False]),
        "anyone": st.none() | offsets,
        "needs_conversion": st.booleans(),
        "attempts_on_day": st.integers(0, 6),
        "today": st.booleans(),
        "phone_state": st.sampled_from(["untried", "good", "wrong", "dead", "suspended"]),
        "barred": st.sampled_from([None, "number", "enterprise"]),
        "converts": st.booleans(),
        "hour": st.integers(7, 21),
        "day": st.sampled_from([1, 2, 4, 17, 18]),
    }
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_the_claim_and_the_evaluator_say_the_same(made: MadeCases, field_time: FieldTime, row: dict[str, Any]) -> None:
    from callcenter.studies.phases import FIELD_ZONE, field_day

    me, other = made.operators
    now = datetime(2022, 6, row["day"], row["hour"], 10, tzinfo=FIELD_ZONE)
    field_time.set(now)
    case_id = made.case_ids[0]
    with transaction() as session:
        _only(session, made, case_id)
        held = actions.locked(session, case_id)
        held.state, held.closed_at, held.closed_why = "ready", None, None
        held.rank, held.due_at, held.needs_conversion = row["rank"], now + row["due"], row["needs_conversion"]
        held.for_operator_id = {None: None, True: me, False: other}[row["mine"]]
        held.anyone_from = now + row["anyone"] if row["anyone"] is not None else None
        held.attempts_on_day, held.last_attempt_day = row["attempts_on_day"], field_day(now) if row["today"] else None
        held.phones = [{**held.phones[0], "state": row["phone_state"]}]
        session.get_one(User, me).converts_refusals = row["converts"]
        if row["barred"]:
            value = held.unit_key if row["barred"] == "enterprise" else held.phones[0]["number"]
            insert(session, "do_not_call", scope=row["barred"], value=value, reason="asked", at=now)
    with transaction() as session:
        explained = queries.explain(session, case_id, now, me)
    assert (claimed(me) == case_id) is explained.is_callable, [reason.code for reason in explained.reasons]


def _only(session: Session, made: MadeCases, case_id: int) -> None:
    from sqlalchemy import text

    session.execute(text("DELETE FROM do_not_call"))
    for other in made.case_ids:
        if other != case_id:
            actions.close(session, other, "test")
