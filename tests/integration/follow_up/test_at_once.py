"""Requests that meet hold rows in one order (cases by number, their call, its counts, interviews, appointments, states, alerts).

Each test stands in the middle of one transaction, lets another run until it waits, and goes on: held in another order both would wait.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlmodel import Session, select

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.calls import actions as calls
from callcenter.calls.tables import Attempt, Line
from callcenter.db.engine import statement, transaction
from callcenter.errors import Refused
from callcenter.follow_up import actions as follow_up
from callcenter.follow_up.tables import Appointment, LastTurn, TopUpProposal
from callcenter.people import actions as people
from callcenter.people.queries import doing
from callcenter.response_rates import actions as rates
from callcenter.scheduler.sweep import settle_calls
from tests.conftest import FieldTime
from tests.factories.at_once import beside
from tests.factories.cases import LINES, MadeCases, make_cases, make_twins
from tests.factories.turns import dial, take

T = TypeVar("T")


@pytest.fixture
def made(database_url: str, field_time: FieldTime) -> MadeCases:
    with transaction() as session:
        made = make_cases(session, 4, operators=3, settings={"burden": {"contacts": 9}})
        make_twins(session, made)
        session.connection().exec_driver_sql("UPDATE cases SET due_at = due_at - interval '1 day'")
    return made


def done(action: Callable[[Session], T]) -> Callable[[], T]:
    """An action in a transaction of its own."""

    def run() -> T:
        with transaction() as session:
            return action(session)

    return run


def rated() -> list[dict[str, object]]:
    return statement("SELECT sum(called) AS called, sum(reached) AS reached FROM rate_counters")


def test_calls_to_one_enterprise_are_counted_one_after_the_other(made: MadeCases, field_time: FieldTime) -> None:
    """Of an earlier call the carrier tells late, while the outcome of a later one is kept, case by case."""
    lease = take(made.operators[0])
    first, *others = sorted(lease.case_ids)
    earlier, later = dial(lease, "ringing"), 0
    statement("UPDATE attempts SET case_id = %(case)s, ended_at = now(), outcome = 'no_answer'", {"case": first})
    statement("UPDATE shared_attempts SET case_id = %(case)s", {"case": others[0]})
    later = dial(lease, "ringing", "in-progress")
    statement("UPDATE attempts SET case_id = %(case)s WHERE id = %(id)s", {"case": first, "id": later})
    statement("UPDATE shared_attempts SET case_id = %(case)s WHERE attempt_id = %(id)s", {"case": others[0], "id": later})
    with transaction() as session:
        attempt = session.get_one(Attempt, later, with_for_update={"key_share": True})
        calls.keep_outcome(session, attempt, others[0], "gatekeeper", detail={})
        late = beside(lambda: statement("UPDATE attempts SET outcome = 'busy' WHERE id = %(id)s", {"id": earlier}))
        calls.keep_outcome(session, attempt, first, "gatekeeper", detail={})
    late.result()
    assert rated() == [{"called": 2, "reached": 2}], "and what was counted meanwhile is not counted away"


def test_cases_are_held_by_number_by_all_who_hold_several(made: MadeCases, field_time: FieldTime) -> None:
    lease = take(made.operators[0])
    low, high = sorted(lease.case_ids)
    for case_id, place in ((low, 2), (high, 0), (low, 1)):  # led by the one with the higher number
        statement("UPDATE cases SET lease_place = %(place)s WHERE id = %(id)s", {"place": place, "id": case_id})
    field_time.set(lease.expires_at)
    with transaction() as session:
        queue.locked(session, low)
        claimed = beside(lambda: queue.claim(made.operators[0]))  # ends the lease that ran out
        queue.locked(session, high)
    assert claimed.result() is not None

    abandoned = []
    for case_id in (high, low):
        with transaction() as session:
            attempt = Attempt(
                case_id=case_id, lease_id=f"gone-{case_id}", number_in_lease=1, operator_id=made.operators[1], line=LINES[0]["number"],
                phone="+8613800000001", placed_at=clock.now(), state="completed", ended_at=clock.now(),
            )  # fmt: skip
            session.add(attempt)
        abandoned.append(attempt.id)
    statement("UPDATE cases SET state = 'ready', lease_id = NULL, leased_by = NULL, lease_place = 0 WHERE state = 'leased'")
    with transaction() as session:
        queue.locked(session, low)
        settled = beside(settle_calls)
        queue.locked(session, high)
    assert settled.result() == {"settled": 2}


def test_the_end_of_a_shift_and_an_outcome_taken_back_hold_cases_first(made: MadeCases, field_time: FieldTime) -> None:
    operator = made.operators[0]
    lease = take(operator)
    attempt_id = dial(lease, "ringing", "in-progress", "completed")
    wish = {"appointment": {"at": (clock.now() + timedelta(days=1)).isoformat()}}
    with transaction() as session:
        follow_up.finish_and_remember(
            session, lease_id=lease.id, attempt_id=attempt_id, outcome="appointment_soft", detail=wish, user_id=operator
        )
        people.enter(session, operator, "wrap_up")
    with transaction() as session:
        queue.locked_cases(session, lease.case_ids)
        ended = beside(done(lambda own: follow_up.end_shift(own, operator, "anyone")))
        session.exec(select(Appointment).with_for_update(key_share=True)).all()
    assert ended.result() >= 1
    with transaction() as session:
        people.enter(session, operator, "wrap_up")
    with transaction() as session:
        queue.locked_cases(session, lease.case_ids)
        undone = beside(done(lambda own: follow_up.undo(own, attempt_id=attempt_id, user_id=operator)))
        session.exec(select(LastTurn).with_for_update(key_share=True)).one()
    undone.result()
    assert statement("SELECT count(*) AS n FROM cases WHERE state = 'leased'") == [{"n": 2}]


def test_releases_lines_and_counters_wait_in_one_order(made: MadeCases) -> None:
    with transaction() as session:
        stratum = next(iter(made.drawn.strata.values()))
        proposal = TopUpProposal(
            draw_id=made.drawn.draw_id, stratum_id=stratum, made_at=clock.now(), target=2, valid=0, expected=0.5, yield_rate=0.2,
            mean_count=2, safe_count=2, chance=0.9,
        )  # fmt: skip
        session.add(proposal)
    with transaction() as session:
        queue.hold_cap(session, made.study_id)  # in the middle of the timetable's own releases
        accepted = beside(done(lambda own: follow_up.accept_top_up(own, proposal.id or 0, 1, None)))
        session.exec(select(TopUpProposal).with_for_update(key_share=True)).all()
    assert accepted.result().count == 1

    with transaction() as session:
        first, *_, last = session.exec(select(Line.id).order_by(Line.id)).all()
        session.exec(select(Line).where(Line.id == first).with_for_update(key_share=True)).one()
        loaded = beside(done(lambda own: calls.load_lines(own, made.study_id, LINES[::-1])))
        session.exec(select(Line).where(Line.id == last).with_for_update(key_share=True)).one()
    assert loaded.result() == 3

    with transaction() as session:
        statement_of = session.connection().exec_driver_sql
        statement_of("UPDATE cases SET rank = rank")
        rebuilt = beside(done(lambda own: rates.rebuild_counters(own, "核对", None)))
        queue.close(session, made.case_ids[0], "refused")
    rebuilt.result()
    assert statement("SELECT sum(open) AS n FROM rate_counters") == statement("SELECT count(*) AS n FROM cases WHERE state <> 'closed'")


def test_what_is_asked_for_twice_at_once_is_there_once(made: MadeCases) -> None:
    one, other, third = made.operators
    with transaction() as session:
        people.enter(session, one, "wrap_up", ends_at=clock.now())
    with transaction() as session:
        people.end_wrap_ups(session)  # ready by the timetable, in the moment in which they dial
        entered = beside(done(lambda own: people.enter(own, one, "call")))
    entered.result()
    with transaction() as session:
        assert [spell.state for spell in (doing(session, one)[0],) if spell] == ["call"]

        calls.set_audio_place(session, one, "browser")
    with transaction() as session:
        assert calls.ask_for_leg(session, one) is not None
        again = beside(done(lambda own: calls.ask_for_leg(own, one)))
    assert again.result() is None

    leases = [take(one), take(other)]
    attempts = [dial(lease, "ringing", "in-progress") for lease in leases]
    with transaction() as session:
        people.enter(session, third, "ready")

    def offered(place: int) -> Callable[[Session], object]:
        given = {"attempt_id": attempts[place], "from_user": leases[place].operator_id, "to_user": third}
        return lambda own: calls.offer_transfer(own, **given, warm=True, needs_seat=False)

    with transaction() as session:
        offered(0)(session)
        second = beside(done(offered(1)))
    with pytest.raises(Refused) as refusal:
        second.result()
    assert refusal.value.code == "transfer_not_ready"
