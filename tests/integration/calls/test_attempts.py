from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from callcenter.call_queue import actions as queue
from callcenter.calls import actions, queries
from callcenter.calls.phone_line import LineAway, LineEvent, LineState
from callcenter.calls.tables import Attempt, Line
from callcenter.db.engine import transaction
from callcenter.errors import Conflict, InvalidInput, Refused
from callcenter.operations.queries import open_alerts
from callcenter.scheduler.sweep import sweep_calls
from callcenter.web.calling import hang_up
from tests.factories.calls import LINES, PHONES, PretendedLine, make_leased_case, press_dial
from tests.factories.sampling import insert

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def line():
    return PretendedLine()


@pytest.fixture
def case(field_time):
    return make_leased_case()


def attempts():
    with transaction() as session:
        return list(session.exec(select(Attempt).order_by(Attempt.id)))


def tell(attempt_id, word, sequence, *, sid="CA1", after=0, sip=None, at=datetime(2022, 6, 2, 2, tzinfo=UTC)):
    with transaction() as session:
        return actions.record_event(session, LineEvent(sid, sequence, word, at + timedelta(seconds=after), attempt_id, sip))


def test_a_dialled_call_goes_out_from_a_published_line_to_the_case_s_first_number(line, case):
    press_dial(line, case)
    (attempt,) = attempts()
    assert (attempt.state, attempt.call_sid, attempt.phone) == ("queued", "CA1", PHONES[0]["number"])
    assert line.placed[0].caller == f"+8622{attempt.line}"


def test_a_double_click_finds_the_call_that_is_under_way_and_places_no_other(line, case):
    assert press_dial(line, case) == press_dial(line, case)
    assert len(line.placed) == len(attempts()) == 1


def test_what_the_carrier_tells_is_kept_while_another_request_holds_the_case(case):
    """The second click holds the case and waits for the attempt, which the first holds: counting must not wait for the case in turn."""
    with transaction() as session:
        number = actions.begin_attempt(session, lease_id=case.lease_id, operator_id=case.operator_id).id
    with transaction() as second_click:
        queue.locked_bundle(second_click, case.lease_id)
        with transaction() as first_click:
            first_click.connection().execute(text("SET LOCAL lock_timeout = '5s'"))
            assert actions.record_placed(first_click, number, "CA1").state == "queued"


def test_after_its_end_the_next_number_can_be_dialled_under_the_same_lease(line, case):
    first = press_dial(line, case)
    tell(first, "failed", 1, sip=404)
    with transaction() as session:
        session.get(Attempt, first).outcome = "dead_number"
    press_dial(line, case, PHONES[1]["number"])
    assert [(one.number_in_lease, one.phone, one.state) for one in attempts()] == [
        (1, PHONES[0]["number"], "failed"),
        (2, PHONES[1]["number"], "queued"),
    ]


def test_callbacks_late_doubled_and_reordered_leave_the_same_attempt(line, case):
    number = press_dial(line, case)
    told = [("completed", 3, 200), ("ringing", 1, 2), ("in-progress", 2, 9), ("ringing", 1, 2), ("initiated", 0, 0)]
    assert [tell(number, word, sequence, after=after) for word, sequence, after in told] == [True, True, True, False, True]
    (attempt,) = attempts()
    assert attempt.state == "completed"
    assert (attempt.answered_at - attempt.ringing_at, attempt.ended_at - attempt.answered_at) == (
        timedelta(seconds=7),
        timedelta(seconds=191),
    )


def test_callbacks_that_come_before_the_create_call_returns_find_their_attempt(case):
    class Hasty(PretendedLine):
        def place(self, placement):
            tell(placement.attempt_id, "ringing", 1, sid="CA-quick")
            super().place(placement)
            from callcenter.calls.phone_line import Placed

            return Placed("CA-quick")

    press_dial(Hasty(), case)
    (attempt,) = attempts()
    assert (attempt.state, attempt.call_sid) == ("ringing", "CA-quick")


def test_a_callback_of_another_call_cannot_take_over_an_attempt(line, case):
    number = press_dial(line, case)
    assert not tell(number, "completed", 0, sid="CA-other")
    assert attempts()[0].state == "queued"


def test_a_carrier_that_is_away_makes_no_attempt_rests_the_line_and_tells_the_supervisor(line, case, field_time):
    line.fails = True
    with pytest.raises(LineAway):
        press_dial(line, case)
    (attempt,) = attempts()
    assert (attempt.state, attempt.outcome, attempt.carrier_failure) == ("failed", "carrier_failure", "away")
    with transaction() as session:
        rests = {one.number: one.resting_until for one in session.exec(select(Line))}
        assert [alert.kind for alert in open_alerts(session)] == ["carrier_failure"]
    assert rests.pop(attempt.line) == field_time.moment + timedelta(seconds=5)
    assert set(rests.values()) == {None}
    line.fails = False
    press_dial(line, case)
    assert attempts()[1].line != attempt.line


def test_no_line_is_free_while_all_rest_and_one_is_when_the_rest_is_over(line, case, field_time):
    line.fails = True
    for _ in range(3):
        with pytest.raises(LineAway):
            press_dial(line, case)
    with pytest.raises(Refused, match="外呼线路都在暂停中"):
        press_dial(line, case)
    line.fails = False
    field_time.set(field_time.moment + timedelta(seconds=30))
    press_dial(line, case)
    assert len(line.placed) == 1


def test_limits_of_a_line_hold(line, case):
    with transaction() as session:
        session.execute(text("UPDATE lines SET max_concurrent = 0"))
    with pytest.raises(Refused) as refusal:
        press_dial(line, case)
    assert refusal.value.code == "no_line_free"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lease_id": "old"}, "no_such_lease"),
        ({"operator_id": -1}, "no_such_lease"),
        ({"phone": "+8613911111111"}, "number_not_of_case"),
    ],
)
def test_nothing_is_dialled_without_the_lease_or_on_a_number_of_nobody_s(line, case, change, code):
    with pytest.raises((Conflict, InvalidInput)) as refusal:
        press_dial(line, replace(case, **{k: v for k, v in change.items() if k != "phone"}), change.get("phone"))
    assert refusal.value.code == code
    assert line.placed == attempts() == []


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (datetime(2022, 6, 2, 4, 30, tzinfo=UTC), "outside_calling_hours"),  # 12:30 in Tianjin
        (datetime(2022, 6, 2, 9, 30, tzinfo=UTC), "outside_calling_hours"),  # 17:30
        (datetime(2022, 6, 4, 2, 0, tzinfo=UTC), "outside_calling_hours"),  # a Saturday
        (datetime(2022, 6, 3, 2, 0, tzinfo=UTC), "outside_calling_hours"),  # Dragon Boat Festival
        (datetime(2022, 6, 20, 2, 0, tzinfo=UTC), "outside_calling_phase"),
        (datetime(2022, 5, 31, 2, 0, tzinfo=UTC), "outside_calling_phase"),
    ],
)
def test_outside_hours_and_phase_nothing_is_dialled(line, field_time, moment, code):
    field_time.set(moment)
    case = make_leased_case()
    with pytest.raises(Refused) as refusal:
        press_dial(line, case)
    assert refusal.value.code == code


def test_an_appointment_may_be_called_in_the_evening(line, field_time):
    field_time.set(datetime(2022, 6, 2, 11, 0, tzinfo=UTC))
    press_dial(line, make_leased_case(rank=0))
    assert len(line.placed) == 1


def test_an_expired_lease_dials_nothing(line, case, field_time):
    field_time.set(field_time.moment + timedelta(minutes=6))
    with pytest.raises(Conflict) as refusal:
        press_dial(line, case)
    assert refusal.value.code == "lease_expired"


@pytest.mark.parametrize("scope", ["number", "enterprise"])
def test_a_wish_not_to_be_called_counts_at_once_also_under_a_lease(line, case, field_time, scope):
    value = PHONES[0]["number"] if scope == "number" else case.unit_key
    with transaction() as session:
        insert(session, "do_not_call", scope=scope, value=value, reason="asked", at=field_time.moment)
    with pytest.raises(Refused) as refusal:
        press_dial(line, case)
    assert refusal.value.code == "do_not_call"
    assert attempts() == []


def test_hanging_up_ends_the_open_call_of_the_lease_once(line, case):
    number = press_dial(line, case)
    hang_up(line, case.lease_id)
    tell(number, "completed", 1)
    hang_up(line, case.lease_id)
    assert line.ended == ["CA1"]


def test_a_call_whose_callbacks_stop_is_asked_about_and_moved_on_once(line, case, field_time):
    press_dial(line, case)
    line.states["CA1"] = LineState("CA1", "no_answer", field_time.moment + timedelta(seconds=40))
    assert sweep_calls(line)["asked"] == 0
    field_time.set(field_time.moment + timedelta(minutes=2))
    assert sweep_calls(line) == {"asked": 1, "moved": 1, "away": 0}
    (attempt,) = attempts()
    assert (attempt.state, attempt.ended_at) == ("no_answer", field_time.moment - timedelta(seconds=80))
    assert sweep_calls(line)["asked"] == 0


def test_an_attempt_that_never_reached_the_carrier_is_ended_by_the_sweep(line, case, field_time):
    with transaction() as session:
        actions.begin_attempt(session, lease_id=case.lease_id, operator_id=case.operator_id)
    field_time.set(field_time.moment + timedelta(minutes=3))
    assert sweep_calls(line)["moved"] == 1
    assert attempts()[0].carrier_failure == "no_answer"


def test_lines_are_loaded_once_and_brought_up_to_date(case):
    with transaction() as session:
        actions.load_lines(session, case.study_id, [{"number": "96599966", "dialled_form": "+862296599966", "max_concurrent": 5}])
        found = {one.number: one.max_concurrent for one in queries.lines(session, case.study_id)}
        assert found == {"96599966": 5}, "what is not listed any more calls no more"
        assert [one.state for one in queries.stored_lines(session, case.study_id)] == ["open", "withdrawn", "withdrawn"]
        actions.load_lines(session, case.study_id, LINES)
        assert len(queries.lines(session, case.study_id)) == 3
        with pytest.raises(InvalidInput, match="第 1 条"):
            actions.load_lines(session, case.study_id, [{"number": "96599966"}])
