"""Bundles: the open cases of one enterprise are handed out together, to one operator, within what each case allows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from callcenter.call_queue import actions, priority, queries
from callcenter.call_queue import callable as rules
from callcenter.call_queue.leases import Lease
from callcenter.call_queue.tables import Case
from callcenter.db.engine import statement, transaction
from callcenter.people.tables import User
from callcenter.studies.phases import field_day
from callcenter.studies.tables import Study
from tests.conftest import FieldTime
from tests.factories.cases import MadeCases, make_cases, make_twins
from tests.factories.sampling import insert

LEASED = "SELECT count(*) AS n FROM cases WHERE state = 'leased'"


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        return make_cases(session, 4, operators=2)


@pytest.fixture
def twins(made: MadeCases) -> dict[int, int]:
    with transaction() as session:
        return make_twins(session, made)


def change(case_id: int, **values: Any) -> None:
    with transaction() as session:
        held = actions.locked(session, case_id)
        for name, value in values.items():
            setattr(held, name, value)


def bundle_setting(made: MadeCases, most: int) -> None:
    with transaction() as session:
        study = session.get_one(Study, made.study_id)
        study.settings = {**study.settings, "calling": {**study.settings["calling"], "bundle": most}}


def taken(operator_id: int) -> Lease:
    lease = actions.claim(operator_id)
    assert lease is not None
    return lease


def test_the_open_cases_of_an_enterprise_are_one_lease_that_lives_and_ends_as_one(
    made: MadeCases, twins: dict[int, int], field_time: FieldTime
) -> None:
    me, other = made.operators
    lease = taken(me)
    assert sorted(lease.case_ids) == sorted((made.case_ids[0], twins[made.case_ids[0]]))
    assert taken(me) == lease
    theirs = taken(other)
    assert not {*theirs.case_ids} & {*lease.case_ids}
    with transaction() as session:
        assert queries.lease_of(session, me, field_time.moment) == lease
        field_time.set(lease.expires_at - timedelta(seconds=1))
        later = actions.heartbeat(session, lease.id, me)
        assert {held.lease_expires_at for held in queries.bundle(session, lease.case_ids)} == {later}
        actions.give_back(session, lease.id, me)
        assert {held.state for held in queries.bundle(session, lease.case_ids)} == {"ready"}
    field_time.set(later)
    with transaction() as session:
        assert sorted(actions.expire_leases(session)) == sorted(theirs.case_ids)
        assert actions.give_back_all(session, other) == 0
    again = taken(other)
    with transaction() as session:
        assert actions.give_back_all(session, other) == len(again.case_ids) == 2
    assert statement(LEASED) == [{"n": 0}]


def test_a_study_may_ask_for_single_cases_and_then_nobody_else_gets_the_enterprise(
    made: MadeCases, twins: dict[int, int], field_time: FieldTime
) -> None:
    bundle_setting(made, 1)
    me, other = made.operators
    lease = taken(me)
    assert lease.others == ()
    [left] = {made.case_ids[0], twins[made.case_ids[0]]} - {lease.case_id}
    with transaction() as session:
        explained = queries.explain(session, left, field_time.moment, other)
    assert [(reason.code, reason.until) for reason in explained.reasons] == [("enterprise_held", lease.expires_at)]
    while (theirs := actions.claim(other)) is not None:
        assert theirs.case_id != left
        with transaction() as session:
            actions.close(session, theirs.case_id, "test")


def test_operators_at_once_never_share_an_enterprise_and_lose_no_case(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 20, operators=8)
        make_twins(session, made)
    start = threading.Barrier(8)

    def work(operator_id: int) -> list[int]:
        start.wait()
        done: list[int] = []
        while (lease := actions.claim(operator_id)) is not None:
            with transaction() as session:
                held = queries.bundle(session, lease.case_ids)
                assert len({one.unit_key for one in held}) == 1
                for case_id in lease.case_ids:
                    actions.close(session, case_id, "test")
            done += lease.case_ids
        return done

    with ThreadPoolExecutor(8) as threads:
        hands = [case_id for hand in threads.map(work, made.operators) for case_id in hand]
    assert len(hands) == len(set(hands)) == 40


offsets = st.integers(-300, 300).map(lambda minutes: timedelta(minutes=minutes))
rows = st.fixed_dictionaries(
    {
        "head_rank": st.sampled_from([priority.HARD_APPOINTMENT, priority.PROMISED]),
        "rank": st.sampled_from([priority.SOFT_APPOINTMENT, priority.RECALL, priority.FRESH]),
        "due": offsets,
        "mine": st.sampled_from([None, True, False]),
        "needs_conversion": st.booleans(),
        "attempts_on_day": st.integers(0, 6),
        "today": st.booleans(),
        "phone_state": st.sampled_from(["untried", "dead"]),
        "converts": st.booleans(),
        "barred": st.sampled_from([None, None, "number"]),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_what_comes_along_is_what_the_evaluator_says(
    made: MadeCases, twins: dict[int, int], field_time: FieldTime, row: dict[str, Any]
) -> None:
    me, other = made.operators
    now, head = field_time.moment, made.case_ids[0]
    with transaction() as session:
        _only(session, made, twins, head)
        session.get_one(User, me).converts_refusals = row["converts"]
        first, twin = actions.locked(session, head), actions.locked(session, twins[head])
        for held in (first, twin):
            held.state, held.closed_at, held.closed_why = "ready", None, None
        first.rank, first.due_at = row["head_rank"], now - timedelta(hours=9)
        twin.rank, twin.due_at, twin.needs_conversion = row["rank"], now + row["due"], row["needs_conversion"]
        twin.for_operator_id = {None: None, True: me, False: other}[row["mine"]]
        twin.attempts_on_day, twin.last_attempt_day = row["attempts_on_day"], field_day(now) if row["today"] else None
        own_number = "+8613900000001"
        twin.phones = [{**twin.phones[0], "number": own_number, "state": row["phone_state"]}]
        if row["barred"]:
            insert(session, "do_not_call", scope="number", value=own_number, reason="asked", at=now)
    with transaction() as session:
        facts = queries.facts_of(session, session.get_one(Case, twins[head]))
        plan = queries.plan_of_case(session, session.get_one(Case, twins[head]))
        barred = rules.Barred(frozenset({own_number} if row["barred"] else ()))
        operator = queries.operator(session, me)
        along = rules.comes_along(facts, plan, barred, now, operator, with_appointment=row["head_rank"] in priority.APPOINTMENTS)
    lease = taken(me)
    assert lease.case_id == head
    assert (lease.others == (twins[head],)) is along
    with transaction() as session:
        actions.give_back_all(session, me)


def _only(session: Session, made: MadeCases, twins: dict[int, int], head: int) -> None:
    from sqlalchemy import text

    session.execute(text("DELETE FROM do_not_call"))
    for case_id in made.case_ids:
        for each in (case_id, twins[case_id]):
            if case_id != head and session.get_one(Case, each).state != "closed":
                actions.close(session, each, "test")
