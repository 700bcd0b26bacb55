"""Enterprises call back: greeted by a menu, brought to an operator or promised a time; strangers leave words."""

from datetime import timedelta

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlmodel import select
from twilio.request_validator import RequestValidator

from callcenter import clock
from callcenter.call_queue import actions as queue
from callcenter.call_queue.tables import Case
from callcenter.calls import actions, queries
from callcenter.calls.tables import Attempt, IncomingCall, Recording
from callcenter.calls.voice_scripts import answered, room_of_attempt
from callcenter.db.engine import statement, transaction
from callcenter.operations.tables import Job
from callcenter.people import actions as people
from callcenter.people.tables import User
from tests.factories.at_once import beside
from tests.factories.calls import PHONES, PretendedLine, make_leased_case
from tests.factories.sampling import insert

NUMBER = PHONES[0]["number"]
FREE = {"state": "ready", "lease_id": None, "leased_by": None, "leased_at": None, "lease_expires_at": None}


@pytest.fixture
def case(database_url, field_time):
    return make_leased_case(**FREE)


@pytest.fixture
def carrier(client_for, settings, case):
    client, validator = client_for(None), RequestValidator(settings.twilio_auth_token.get_secret_value())

    def ask(door, sid="CA-in", **more):
        path, form = f"/webhooks/twilio/{door}", {"CallSid": sid, "CallStatus": "in-progress", **more}
        signature = validator.compute_signature(f"{settings.public_url}{path}", form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).text

    return ask


@pytest.fixture
def operator(client_for, app, case):
    """A ready operator who is trained for the case's questionnaire."""
    app.state.phone_line = PretendedLine()
    with transaction() as session:
        user = session.get(User, case.operator_id)
        questionnaire = session.execute(text("SELECT q.name FROM cases c JOIN questionnaires q ON q.id = c.questionnaire_id")).scalar_one()
        insert(session, "trainings", user_id=user.id, questionnaire=questionnaire, released_at=clock.now())
        people.enter(session, user.id, "ready")
        session.expunge(user)
    return client_for(user)


def arrive(carrier, caller=NUMBER, sid="CA-in"):
    said = carrier("incoming", sid, From=caller, To="+862296599966", Direction="inbound")
    with transaction() as session:
        return said, session.exec(select(IncomingCall.id).where(IncomingCall.call_sid == sid)).first()


def one(table):
    with transaction() as session:
        return session.exec(select(table)).one()


def test_a_call_back_reaches_a_ready_operator_who_screens_and_resumes_and_the_caps_do_not_count_it(
    carrier, operator, app, case, field_time
):
    said, call = arrive(carrier)
    assert "请按1" in said
    assert arrive(carrier)[1] == call  # asked twice it is one call
    assert operator.get("/operator/api/incoming").json()["calls"] == []
    assert "正在为您转接" in carrier(f"menu?call={call}", Digits="1")
    offer = operator.get("/operator/api/incoming").json()
    assert offer["may_take"] and offer["calls"][0]["number"] == "138****0001"
    assert [one["case_id"] for one in offer["calls"][0]["cases"]] == [case.case_id]
    state = operator.post(f"/operator/api/incoming/{call}/take", json={"case_id": case.case_id})
    assert state.status_code == 200, state.text
    assert state.json()["attempt"]["state"] == "answered"
    attempt = one(Attempt)
    assert (attempt.direction, attempt.call_sid, attempt.phone, attempt.line) == ("incoming", "CA-in", NUMBER, "96599966")
    room = room_of_attempt(attempt.id)
    assert app.state.phone_line.led == [("CA-in", answered(room))]
    assert room in carrier(f"hold?call={call}")  # where the carrier could not be told, the next question leads there too
    again = operator.post(f"/operator/api/incoming/{call}/take", json={})
    assert again.status_code == 409
    carrier("status", CallStatus="completed", SequenceNumber="4")
    done = operator.post("/operator/api/outcome", json={"outcome": "informant_absent", "detail": {}})
    assert done.status_code == 200, done.text
    kept = one(Case)
    assert (kept.state, kept.attempts, kept.attempts_on_day) == ("ready", 0, 0)


def test_who_is_in_a_call_takes_no_caller_and_one_who_hangs_up_while_being_taken_has_hung_up(carrier, operator, case):
    call = arrive(carrier)[1]
    carrier(f"menu?call={call}", Digits="1")
    with transaction() as session:
        open_ = {"lease_id": "run-out", "number_in_lease": 1, "operator_id": operator.user.id, "line": "96599966", "placed_at": clock.now()}
        standing = Attempt(case_id=case.case_id, phone=NUMBER, call_sid="CA-before", state="answered", **open_)
        session.add(standing)
    refused = operator.post(f"/operator/api/incoming/{call}/take", json={})
    assert (refused.status_code, refused.json()["why"]) == (409, "another_call_open")
    with transaction() as session:
        session.delete(session.get_one(Attempt, standing.id))
    with transaction() as session:
        actions.take(session, call, operator.user.id)
        gone = beside(lambda: carrier("status", CallStatus="completed", SequenceNumber="4"))
    gone.result()
    assert (one(Attempt).state, one(IncomingCall).ended_at is not None) == ("completed", True)


def test_a_caller_for_whom_nobody_is_free_is_promised_a_time_and_the_case_waits_for_it(carrier, case, field_time):
    _, call = arrive(carrier, "013800000001")
    assert "话务员都在忙" in carrier(f"menu?call={call}", Digits="1")
    assert "一小时以后请按1" in carrier(f"menu?call={call}", Digits="2")
    assert "没有收到按键" in carrier(f"time?call={call}", Digits="9")
    for _ in range(2):
        assert "今天下午给您打电话" in carrier(f"time?call={call}", Digits="2")
    kept = one(Case)
    assert (kept.state, kept.rank, kept.line) == ("ready", 10, "96599966")
    assert kept.due_at == field_time.moment + timedelta(hours=3, minutes=30)
    assert one(IncomingCall).state == "promised"


def test_a_caller_who_waits_too_long_or_comes_out_of_hours_is_offered_something_else(carrier, operator, field_time):
    _, call = arrive(carrier)
    carrier(f"menu?call={call}", Digits="1")
    field_time.set(field_time.moment + timedelta(seconds=30))
    assert "hold?call=" in carrier(f"hold?call={call}")
    field_time.set(field_time.moment + timedelta(seconds=40))
    assert "话务员都在忙" in carrier(f"hold?call={call}")
    assert operator.post(f"/operator/api/incoming/{call}/take", json={}).status_code == 409
    field_time.set(field_time.moment + timedelta(hours=12))
    assert "现在不是话务员的工作时间" in carrier(f"menu?call={call}", Digits="1")


def test_a_caller_who_hangs_up_is_offered_no_longer_and_one_whose_case_is_held_cannot_be_taken(carrier, operator, case, field_time):
    _, call = arrive(carrier)
    carrier(f"menu?call={call}", Digits="1")
    carrier("status", CallStatus="completed", SequenceNumber="3")
    assert operator.get("/operator/api/incoming").json()["calls"] == []
    _, second = arrive(carrier, sid="CA-2")
    carrier(f"menu?call={second}", "CA-2", Digits="1")
    other = make_other(case)
    with transaction() as session:
        session.execute(
            text("UPDATE cases SET state='leased', lease_id='x', leased_by=:u, leased_at=:n, lease_expires_at=:n"),
            {"u": other, "n": field_time.moment},
        )
    refused = operator.post(f"/operator/api/incoming/{second}/take", json={})
    assert (refused.status_code, "其他话务员" in refused.text) == (409, True)


def make_other(case):
    with transaction() as session:
        return insert(
            session, "users", username="other", name="另一位", role="operator", language="zh", active=True, password_hash="x",
            created_at=clock.now(), converts_refusals=False, must_change_password=False,
        )  # fmt: skip


def test_strangers_hear_the_notice_and_can_leave_an_opinion(carrier):
    arrive(carrier, "anonymous", sid="CA-withheld")
    said, call = arrive(carrier, "+8613911112222")
    assert "如果您有意见" in said and "请按1" not in said
    assert "如果您有意见" in carrier(f"menu?call={call}", Digits="1")
    assert "<Record" in carrier(f"menu?call={call}", Digits="3")
    assert "已经收到" in carrier(f"kept?call={call}", RecordingSid="RE1")
    with transaction() as session:  # told twice at once, and once more
        assert actions.record_ready(session, sid="RE1", ok=True, seconds=12, call_id=call)
        told = {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "12"}
        twice = beside(lambda: carrier(f"recording?call={call}", **told))
    assert (twice.result(), carrier(f"recording?call={call}", **told)) == ("", "")
    words = one(Recording)
    assert (words.incoming_id, words.state, words.seconds) == (call, "ready", 12)
    assert one(Job).kind == "store_recording"


def test_a_line_of_two_studies_is_that_in_which_the_caller_has_a_case_and_comes_back_in_any_listed_form(carrier, case):
    with transaction() as session:
        known = dict(
            session.execute(text("SELECT name, title, settings, salt, is_demo, folder_sha256, loaded_at FROM studies")).mappings().one()
        )
        newer = insert(session, "studies", **{**known, "name": "newer"})
        copied = "SELECT :s, number, dialled_form, max_concurrent FROM lines"
        session.execute(text(f"INSERT INTO lines (study_id, number, dialled_form, max_concurrent) {copied}"), {"s": newer})
        session.execute(text("UPDATE lines SET forms = '{4008009966}' WHERE number = '96599966'"))
    for sid, caller, to, study in (("CA1", NUMBER, "sip:4008009966@trunk", case.study_id), ("CA2", "+8613911112222", "96599966", newer)):
        carrier("incoming", sid, From=caller, To=to)
        with transaction() as session:
            assert session.exec(select(IncomingCall.study_id).where(IncomingCall.call_sid == sid)).one() == study


def test_nonsense_from_the_carrier_ends_in_a_goodbye(carrier):
    assert "再见" in carrier("incoming", From=NUMBER, To="+8612345678")
    for door in ("menu", "time", "hold", "menu?call=x", "time?call=99999", "hold?call=99999999999999999999"):
        assert "再见" in carrier(door, Digits="1")
    _, call = arrive(carrier)
    assert "再见" in carrier(f"menu?call={call}", "CA-somebody-else", Digits="1")


def found(number):
    with transaction() as session:
        study_id = one(Case).study_id
        return [case.id for case in queries.open_cases_of_number(session, study_id, number)]


def test_a_caller_is_found_by_every_number_that_a_case_has_now(case):
    assert [found(phone["number"]) for phone in PHONES] == [[case.case_id]] * len(PHONES)
    with transaction() as session:
        queue.add_number(session, case.case_id, "+862224530000", case.operator_id)
    assert found("+862224530000") == [case.case_id]
    assert found(NUMBER) == [case.case_id]
    twice = Jsonb([{"number": "+862224530000"}, {"number": "+862224530000"}, {}])
    statement("UPDATE cases SET phones = %(phones)s", {"phones": twice})
    assert found(NUMBER) == []  # the number was found wrong and is gone
    assert statement("SELECT number FROM case_numbers") == [{"number": "+862224530000"}]  # once, however often it is listed
    statement("UPDATE cases SET phones = '[]'")
    assert statement("SELECT * FROM case_numbers") == []  # what is detached from persons is nowhere left


def test_words_of_a_caller_whose_case_has_ended_stand_with_the_case_and_change_nothing_of_it(carrier, client_for, case, field_time):
    calls = [(sid, NUMBER) for sid in ("CA-open", "CA-ended")] + [("CA-stranger", "+8613911112222")]
    for sid, caller in calls:
        if sid == "CA-ended":
            statement("UPDATE cases SET state = 'closed', closed_why = 'complete'")
        call = arrive(carrier, caller, sid)[1]
        carrier(f"menu?call={call}", sid, Digits="3")
        carrier(f"kept?call={call}", sid, RecordingSid=f"RE-{sid}")
        carrier(f"recording?call={call}", sid, RecordingSid=f"RE-{sid}", RecordingStatus="completed", RecordingDuration="5")
    before = statement("SELECT * FROM cases")
    supervisor = client_for("supervisor")
    page = supervisor.get("/supervisor/messages").text
    assert (page.count("名单内企业"), page.count("名单外来电"), page.count(f'href="/cases/{case.case_id}"')) == (2, 1, 2)
    history = supervisor.get(f"/cases/{case.case_id}").text
    assert history.count("来电留言</p>") == 2 and "从 138****0001 打到线路 96599966" in history
    assert statement("SELECT * FROM cases") == before
    wrong = Jsonb([{"number": NUMBER, "state": "wrong"}])
    statement("UPDATE cases SET phones = %(phones)s", {"phones": wrong})  # the number is somebody else's
    assert "来电留言</p>" not in supervisor.get(f"/cases/{case.case_id}").text
