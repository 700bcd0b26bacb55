"""Supervisors see calls live, listen in silence, end them; own telephones are connected; recordings are played and that is written down."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select
from twilio.jwt.access_token import AccessToken

from callcenter import clock
from callcenter.calls import actions
from callcenter.calls.phone_line import LineEvent
from callcenter.calls.tables import IncomingCall, Leg, Recording
from callcenter.calls.voice_scripts import listening, over
from callcenter.db.engine import statement, transaction
from callcenter.operations.tables import AuditEntry
from callcenter.people.tables import User
from tests.factories.calls import PretendedLine, make_leased_case, press_dial
from tests.factories.people import make_user
from tests.factories.sampling import insert


@pytest.fixture
def line(app):
    app.state.phone_line = PretendedLine()
    return app.state.phone_line


@pytest.fixture
def case(database_url, field_time):
    return make_leased_case()


@pytest.fixture
def attempt_id(line, case):
    number = press_dial(line, case)
    with transaction() as session:
        actions.record_event(session, LineEvent("CA1", 1, "in-progress", datetime(2022, 6, 2, 2, tzinfo=UTC), number))
    return number


def noted(action):
    with transaction() as session:
        return len(session.exec(select(AuditEntry).where(AuditEntry.action == action)).all())


def test_a_supervisor_sees_a_call_listens_in_silence_and_ends_it(client_for, line, case, attempt_id):
    who = make_user("supervisor")
    supervisor = client_for(who)
    page = supervisor.get("/supervisor/calls").text
    assert "天津第1企业 的通话？话务员会看到是督导挂断的。" in page  # asked before it is ended
    assert "天津第1企业" in page and "138****0001" in page and "旁听</button>" not in page
    assert supervisor.post("/telephone", data={"kind": "phone", "address": "12"}).status_code == 422
    assert supervisor.post("/telephone", data={"kind": "sip", "address": "sip:b@pbx.example.cn"}).status_code == 303
    assert supervisor.post(f"/supervisor/calls/{attempt_id}/listen").status_code == 303
    (seat,) = line.seats
    assert (seat.to, seat.caller) == ("sip:b@pbx.example.cn", "+862296599966")
    with transaction() as session:
        script = actions.leg_script(session, seat.leg_id, "CA-leg-1")
    assert script == listening(f"attempt-{attempt_id}", f"room?leg={seat.leg_id}")
    assert script.steps[0].muted
    page = supervisor.get("/supervisor/calls").text
    assert "有人旁听" in page and "结束旁听" in page
    supervisor.post(f"/supervisor/calls/{attempt_id}/listen")
    assert len(line.seats) == 1  # one at a time
    supervisor.post("/supervisor/calls/stop-listening")
    assert line.ended == ["CA-leg-1"]
    supervisor.post(f"/supervisor/calls/{attempt_id}/end")
    assert line.ended == ["CA-leg-1", "CA1"]
    with transaction() as session:
        actions.record_event(session, LineEvent("CA1", 2, "completed", datetime(2022, 6, 2, 2, 1, tzinfo=UTC), attempt_id))
        user = session.get(User, case.operator_id)
        session.expunge(user)
    assert client_for(user).get("/operator/api/state").json()["attempt"]["ended_by_supervisor"] is True
    assert (noted("listened_in"), noted("call_ended")) == (1, 1)
    with transaction() as session:
        assert actions.leg_script(session, seat.leg_id, "CA-leg-1") == over()


def test_an_operator_connects_a_telephone_once_and_lets_it_go(client_for, line, case):
    with transaction() as session:
        user = session.get(User, case.operator_id)
        session.expunge(user)
    operator = client_for(user)
    assert "还没有登记您的话机" in operator.post("/telephone/connect").text
    operator.post("/telephone", data={"kind": "phone", "address": "+86 22 2750 9182"})
    for _ in range(2):
        operator.post("/telephone/connect")
    assert [seat.to for seat in line.seats] == ["+862227509182"]
    assert "正在呼叫您的话机" in operator.get("/telephone").text
    operator.post("/telephone/disconnect")
    assert line.ended == ["CA-leg-1"]
    line.fails = True
    assert operator.post("/telephone/connect").status_code == 503
    with transaction() as session:
        assert set(session.exec(select(Leg.state))) == {"gone"}
    assert operator.get("/telephone/token").status_code == 404
    assert operator.get("/supervisor/calls").status_code == 403


def test_a_browser_gets_a_token_that_can_be_rung_and_call_nobody(client_for, settings, app, case):
    app.state.settings = settings.model_copy(
        update={"twilio_api_key_sid": "SK" + "0" * 32, "twilio_api_key_secret": type(settings.secret_key)("k" * 32)}
    )
    told = client_for("operator").get("/telephone/token").json()
    granted = AccessToken.from_jwt(told["token"], "k" * 32).payload["grants"]
    assert granted["identity"] == told["identity"]
    assert granted["voice"] == {"incoming": {"allow": True}}


def test_a_recording_is_played_to_those_allowed_and_each_time_is_written_down(client_for, settings, attempt_id, case):
    file = settings.data_dir / "recordings" / "2022-06-02" / "1.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF....WAVE")
    with transaction() as session:
        now = clock.now()
        kept = {"state": "stored", "file": "2022-06-02/1.wav", "recording_sid": "RE1"}
        heard = Recording(study_id=case.study_id, attempt_id=attempt_id, wanted_at=now, **kept)
        session.add(heard)
        came = {"line": "96599966", "caller": "", "call_sid": "CA-in", "known": False, "state": "ended", "came_at": now, "heard_at": now}
        call = insert(session, "incoming_calls", study_id=case.study_id, note="", **came)
        words = Recording(study_id=case.study_id, incoming_id=call, wanted_at=now, state="ready", recording_sid="RE2")
        session.add(words)
        session.flush()
        number, not_yet = heard.id, words.id
    supervisor = client_for("supervisor")
    assert supervisor.get(f"/recordings/{number}.wav").content == b"RIFF....WAVE"
    assert supervisor.get(f"/recordings/{not_yet}.wav").status_code == 404
    assert client_for("operator").get(f"/recordings/{number}.wav").status_code == 403
    assert noted("recording_played") == 1
    assert "录音正在取回" in supervisor.get("/supervisor/messages").text
    stage = statement("SELECT id FROM stages")[0]["id"]
    for opinion in ("", "999", str(stage), str(stage)):  # pressed twice it is one opinion
        assert supervisor.post(f"/supervisor/messages/{call}", data={"note": "希望简化材料", "opinion": opinion}).status_code == 303
    assert statement("SELECT kind, channel, subject FROM other_records") == [
        {"kind": "opinion", "channel": "survey_line", "subject": "希望简化材料"}
    ]
    with transaction() as session:
        handled = session.get(IncomingCall, call)
        assert (handled.note, handled.handled_at) == ("希望简化材料", now)


def test_a_yes_to_recording_in_the_opening_notice_begins_it_and_a_no_does_not(attempt_id, case, line):
    from callcenter.web.pages.operator.consent import heed

    with transaction() as session:
        session.execute(text("""UPDATE studies SET settings = settings || '{"recording": {"enabled": true}}'"""))
    for value, state in (("no_recording", None), ("yes", "wanted"), ("no_recording", "wanted")):
        with transaction() as session:
            heed(session, attempt_id, "notice", value, None)
            found = session.exec(select(Recording)).first()
            assert (found.state if found else None) == state
    with transaction() as session:
        assert session.exec(select(Recording.deleted_why)).one() == "withdrawn"
