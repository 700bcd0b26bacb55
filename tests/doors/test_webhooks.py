"""The carrier's callbacks at the door: genuine, forged, doubled, reordered, malformed."""

import pytest
from sqlmodel import select
from twilio.request_validator import RequestValidator

from callcenter.calls import actions
from callcenter.calls.tables import Attempt, CallEvent
from callcenter.db.engine import transaction
from callcenter.operations.queries import open_alerts
from tests.factories.calls import PretendedLine, make_leased_case, press_dial


@pytest.fixture
def attempt_id(database_url, field_time):
    return press_dial(PretendedLine(), make_leased_case())


@pytest.fixture
def carrier(client_for, settings, attempt_id):
    client = client_for(None)
    token = settings.twilio_auth_token.get_secret_value()

    def post(path, form, *, signature=None):
        signed = signature or RequestValidator(token).compute_signature(f"{settings.public_url}{path}", form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signed})

    return post


def form(word, sequence, **more):
    told = {
        "CallSid": "CA1",
        "CallStatus": word,
        "SequenceNumber": str(sequence),
        "Timestamp": "Thu, 02 Jun 2022 02:00:05 +0000",
        "To": "+861",
    }
    return told | more


def events():
    with transaction() as session:
        return sorted(event.sequence for event in session.exec(select(CallEvent)))


def state():
    with transaction() as session:
        return session.exec(select(Attempt.state)).one()


def test_genuine_callbacks_move_the_call_on_whatever_their_order_and_number(carrier, attempt_id):
    path = f"/webhooks/twilio/status?attempt={attempt_id}"
    replies = [
        carrier(path, form(*told)).status_code for told in [("in-progress", 2), ("ringing", 1), ("in-progress", 2), ("initiated", 0)]
    ]
    assert replies == [204] * 4
    assert (state(), events()) == ("answered", [0, 1, 2])


@pytest.mark.parametrize("signature", ["", "forged", "=" * 200, b"\xff"])
def test_a_forged_callback_is_refused_told_to_the_supervisor_and_changes_nothing(carrier, attempt_id, caplog, signature):
    path = f"/webhooks/twilio/status?attempt={attempt_id}"
    reply = carrier(path, form("completed", 9, Secret="of-nobody"), signature=signature or " ")
    assert reply.status_code == 403
    assert (state(), events()) == ("queued", [])
    with transaction() as session:
        assert [alert.kind for alert in open_alerts(session)] == ["webhook_signature"]
    assert "of-nobody" not in caplog.text + reply.text


def test_a_replay_on_another_attempt_s_address_is_forged_too(carrier, settings, attempt_id):
    told = form("completed", 9)
    token = settings.twilio_auth_token.get_secret_value()
    signature = RequestValidator(token).compute_signature(f"{settings.public_url}/webhooks/twilio/status?attempt={attempt_id}", told)
    assert carrier(f"/webhooks/twilio/status?attempt={attempt_id + 1}", told, signature=signature).status_code == 403


@pytest.mark.parametrize("told", [{}, {"CallSid": "CA1"}, {"CallStatus": "ringing"}])
def test_signed_nonsense_is_told_so_and_changes_nothing(carrier, attempt_id, told):
    assert carrier(f"/webhooks/twilio/status?attempt={attempt_id}", told).status_code == 422
    assert events() == []
    with transaction() as session:
        assert [alert.kind for alert in open_alerts(session)] == ["webhook_malformed"]


@pytest.mark.parametrize("address", ["", "?attempt=", "?attempt=x", "?attempt=999999999999", "?attempt=9999999999999999999999"])
def test_a_callback_for_no_attempt_of_ours_is_kept_and_moves_nothing(carrier, address):
    assert carrier(f"/webhooks/twilio/status{address}", form("completed", 5, CallSid="CA-unknown")).status_code == 204
    assert (state(), events()) == ("queued", [5])


def test_an_answered_call_is_put_through_to_the_room_of_its_attempt(carrier, attempt_id):
    reply = carrier(f"/webhooks/twilio/answer?attempt={attempt_id}", form("in-progress", 2))
    assert reply.headers["content-type"].startswith("text/xml")
    assert f">attempt-{attempt_id}</Conference>" in reply.text


def test_a_script_asked_for_again_after_the_talk_ends_the_call(carrier, attempt_id):
    asked = form("in-progress", 2, DialCallStatus="completed", DialCallSid="CA2")
    assert "<Hangup" in carrier(f"/webhooks/twilio/answer?attempt={attempt_id}", asked).text


def test_an_id_that_the_carrier_gives_a_second_time_neither_moves_the_first_call_nor_loses_the_second(carrier, attempt_id):
    with transaction() as session:
        first = session.get(Attempt, attempt_id)
        first.state, first.outcome = "answered", "gatekeeper"
        copied = {name: getattr(first, name) for name in ("case_id", "lease_id", "operator_id", "line", "phone", "placed_at")}
        second = Attempt(**copied, number_in_lease=2)
        session.add(second)
        session.flush()
        number = second.id
    carrier(f"/webhooks/twilio/status?attempt={number}", form("completed", 9))
    with transaction() as session:
        assert session.get(Attempt, attempt_id).state == "answered"
        assert actions.record_placed(session, number, "CA1").carrier_failure == "repeated"
        assert [alert.kind for alert in open_alerts(session)] == ["carrier_failure"]


def test_a_call_to_nowhere_is_ended(carrier):
    assert "<Hangup" in carrier("/webhooks/twilio/answer?attempt=x", form("in-progress", 2)).text


def test_a_stray_call_is_ended_and_whoever_answers_it_hears_an_apology(carrier, app, attempt_id):
    line = app.state.phone_line = PretendedLine()
    with transaction() as session:
        attempt = session.get(Attempt, attempt_id)
        attempt.call_sid, attempt.state, attempt.carrier_failure, attempt.outcome = None, "failed", "away", "carrier_failure"
        attempt.lease_id = "given-back"
    assert carrier(f"/webhooks/twilio/status?attempt={attempt_id}", form("ringing", 1, CallSid="CA/9")).status_code == 204
    assert line.ended == ["CA/9"]
    assert "<Say" in carrier(f"/webhooks/twilio/answer?attempt={attempt_id}", form("in-progress", 2, CallSid="CA/9")).text
    carrier(f"/webhooks/twilio/status?attempt={attempt_id}", form("completed", 3, CallSid="CA/9"))
    assert line.ended == ["CA/9"]


@pytest.mark.parametrize("address", ["http://testserver:80", "http://testserver"])
def test_a_port_in_the_signed_address_makes_a_callback_no_less_genuine(carrier, settings, attempt_id, address):
    path, told = f"/webhooks/twilio/status?attempt={attempt_id}", form("ringing", 1)
    token = settings.twilio_auth_token.get_secret_value()
    assert carrier(path, told, signature=RequestValidator(token).compute_signature(address + path, told)).status_code == 204
    assert state() == "ringing"
