"""Calls that were placed although the carrier's answer never came, badly numbered callbacks, and our own people's legs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from callcenter.calls import actions, queries, voice_scripts
from callcenter.calls.phone_line import LineAway, LineEvent, LineState
from callcenter.calls.tables import Attempt, Leg
from callcenter.db.engine import transaction
from callcenter.errors import InvalidInput, Refused
from callcenter.scheduler.sweep import sweep_legs
from tests.factories.calls import PretendedLine, make_leased_case, press_dial

pytestmark = pytest.mark.usefixtures("database_url")
NOW = datetime(2022, 6, 2, 2, tzinfo=UTC)


@pytest.fixture
def case(field_time):
    return make_leased_case()


def tell(attempt_id, word, sequence, *, sid="CA-late"):
    with transaction() as session:
        return actions.record_event(session, LineEvent(sid, sequence, word, NOW + timedelta(seconds=sequence), attempt_id))


def attempts():
    with transaction() as session:
        return list(session.exec(select(Attempt).order_by(Attempt.id)))


def script(attempt_id, sid="CA-late"):
    with transaction() as session:
        return actions.answer(session, attempt_id, sid)


def test_a_call_that_rings_after_all_is_the_operator_s_again_unless_another_was_dialled_meanwhile(case):
    line = PretendedLine(fails=True)
    with pytest.raises(LineAway):
        press_dial(line, case)
    first = attempts()[0]
    tell(first.id, "ringing", 1)
    revived = attempts()[0]
    assert (revived.state, revived.carrier_failure, revived.outcome, revived.ended_at) == ("ringing", None, None, None)
    assert script(first.id) == voice_scripts.answered(f"attempt-{first.id}")
    tell(first.id, "busy", 2)
    with transaction() as session:
        session.get(Attempt, first.id).outcome = "busy"
    with pytest.raises(LineAway):
        press_dial(line, case)
    line.fails = False
    press_dial(line, case)
    second, third = attempts()[1:]
    tell(second.id, "in-progress", 1, sid="CA-stray")
    with transaction() as session:
        assert actions.is_stray(session, "CA-stray")
        assert not actions.is_stray(session, third.call_sid)
    assert (attempts()[1].state, attempts()[1].carrier_failure) == ("failed", "away")
    assert script(second.id, "CA-stray") == voice_scripts.nobody_there()


def test_callbacks_that_are_numbered_badly_are_all_kept(case):
    number = press_dial(PretendedLine(), case)
    told = [tell(number, word, 0, sid="CA1") for word in ("initiated", "ringing", "ringing", "in-progress", "on-hold", "completed")]
    assert told == [True, True, False, True, True, True]
    assert attempts()[0].state == "completed"
    assert script(number, "CA1") == voice_scripts.over()  # asked for late: the call has ended


def test_nobody_is_answered_by_the_silence_of_an_operator_who_has_gone(case, field_time):
    number = press_dial(PretendedLine(), case)
    field_time.set(field_time.moment + timedelta(minutes=9))
    assert script(number, "CA1") == voice_scripts.nobody_there()
    assert script(number, "CA-other") == voice_scripts.over()


def test_an_operator_s_leg_is_rung_once_waits_in_its_room_takes_calls_and_is_missed_when_gone(case, field_time):
    line = PretendedLine(needs_seats=True)
    with pytest.raises(Refused, match="话机"):
        press_dial(line, case)
    with transaction() as session, pytest.raises(InvalidInput):
        actions.set_audio_place(session, case.operator_id, "phone", "12")
    with transaction() as session:
        actions.set_audio_place(session, case.operator_id, "phone", "＋８６　22 6000 0001")
        seat = actions.ask_for_leg(session, case.operator_id)
        assert (seat.to, seat.caller) == ("+862260000001", "+862296599966")
        assert actions.ask_for_leg(session, case.operator_id) is None
        actions.record_leg_placed(session, seat.leg_id, "CA-leg")
    with pytest.raises(Refused, match="接通"):
        press_dial(line, case)
    room = voice_scripts.room_of_operator(case.operator_id)
    with transaction() as session:
        assert actions.leg_script(session, seat.leg_id, "CA-other") == voice_scripts.over()
        assert actions.leg_script(session, seat.leg_id, "CA-leg") == voice_scripts.seated(room, f"room?leg={seat.leg_id}")
    press_dial(line, case)
    assert line.placed[0].room == room
    line.states["CA-leg"] = LineState("CA-leg", "completed")
    assert sweep_legs(line)["asked"] == 0
    field_time.set(field_time.moment + timedelta(minutes=2))
    assert sweep_legs(line) == {"asked": 1, "gone": 1}
    with transaction() as session:
        actions.record_room_event(session, seat.leg_id, "CA-leg", "participant-join")  # told late: it stays gone
        assert queries.seated_room(session, case.operator_id) is None
        assert session.exec(select(Leg.state)).all() == ["gone"]


def test_what_the_carrier_heard_at_the_other_end_is_kept_with_the_attempt(case):
    number = press_dial(PretendedLine(), case)
    with transaction() as session:
        assert actions.record_machine(session, number, "CA1", "machine")
        assert not actions.record_machine(session, number, "CA-other", "human")
    assert attempts()[0].answered_by == "machine"
