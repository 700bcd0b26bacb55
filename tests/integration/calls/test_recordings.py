"""Recordings: made after consent alone, kept here with their hash, removed at the carrier, gone on their day."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from callcenter.calls import actions
from callcenter.calls.phone_line import LineAway, LineEvent
from callcenter.calls.recordings import Policy, file_name, policy
from callcenter.calls.tables import Recording
from callcenter.db.engine import transaction
from callcenter.operations.queries import open_alerts
from callcenter.operations.tables import Job
from callcenter.worker.recordings import begin, delete_due, end, store
from tests.factories.calls import PretendedLine, make_leased_case, press_dial

SOUND = b"RIFF....WAVEfmt "


def test_nothing_is_recorded_where_a_study_does_not_say_so():
    assert policy({}) == Policy(enabled=False)
    assert policy({"recording": {"enabled": True, "keep_days": 0}}).keep_days == 1
    assert file_name(7, date(2022, 6, 2)) == "2022-06-02/7.wav"


@pytest.fixture
def line():
    return PretendedLine(sounds={"RE1": SOUND})


@pytest.fixture
def attempt_id(database_url, field_time, line):
    case = make_leased_case()
    with transaction() as session:
        session.execute(text("""UPDATE studies SET settings = settings || '{"recording": {"enabled": true, "keep_days": 30}}'"""))
    number = press_dial(line, case)
    with transaction() as session:
        actions.record_event(session, LineEvent("CA1", 1, "in-progress", datetime(2022, 6, 2, 2, tzinfo=UTC), number))
    return number


def recording():
    with transaction() as session:
        return session.exec(select(Recording)).one()


def jobs():
    with transaction() as session:
        return [job.kind for job in session.exec(select(Job).order_by(Job.id))]


def want(attempt_id):
    with transaction() as session:
        return actions.want_recording(session, attempt_id)


def ready(attempt_id=None, sid="RE1", ok=True):
    with transaction() as session:
        return actions.record_ready(session, sid=sid, ok=ok, seconds=42, attempt_id=attempt_id)


def test_a_recording_comes_here_with_its_hash_leaves_the_carrier_and_goes_on_its_day(attempt_id, line, tmp_path, field_time):
    number = want(attempt_id)
    assert want(attempt_id) is None  # a second yes begins no second one
    assert begin(line, number) == {"begun": True}
    assert begin(line, number) == {"begun": False}
    assert line.recorded == ["CA1"]
    assert (ready(), ready()) == (True, False)
    assert jobs() == ["begin_recording", "store_recording"]
    line.fails = True
    with pytest.raises(LineAway):
        store(line, tmp_path, number)
    line.fails = False
    assert store(line, tmp_path, number) == store(line, tmp_path, number) == {"stored": True}
    kept = recording()
    file = tmp_path / kept.file
    assert file.read_bytes() == SOUND
    assert file.stat().st_mode & 0o077 == 0
    assert (kept.state, kept.sha256, kept.size, kept.seconds) == ("stored", hashlib.sha256(SOUND).hexdigest(), len(SOUND), 42)
    assert kept.keep_until == date(2022, 7, 2)
    assert line.deleted == ["RE1"]
    field_time.set(datetime(2022, 7, 2, 12, tzinfo=UTC))
    assert delete_due(tmp_path) == 0
    field_time.set(datetime(2022, 7, 3, 2, tzinfo=UTC))
    assert (delete_due(tmp_path), delete_due(tmp_path)) == (1, 0)
    assert not file.exists()
    gone = recording()
    assert (gone.state, gone.file, gone.sha256, gone.deleted_why) == ("deleted", None, kept.sha256, "kept_long_enough")


def test_a_consent_that_is_withdrawn_stops_the_recording_and_deletes_what_was_recorded(attempt_id, line, tmp_path):
    number = want(attempt_id)
    begin(line, number)
    with transaction() as session:
        actions.withdraw_recording(session, attempt_id)
        actions.withdraw_recording(session, attempt_id)
    assert jobs() == ["begin_recording", "end_recording"]
    end(line, number)
    assert line.stopped == ["RE1"]
    ready()
    store(line, tmp_path, number)
    assert delete_due(tmp_path) == 1
    assert (recording().deleted_why, list(tmp_path.rglob("*.wav"))) == ("withdrawn", [])


def test_what_does_not_come_is_asked_for_again_and_given_up_in_the_end_with_a_word(attempt_id, line, field_time):
    number = want(attempt_id)
    assert ready(attempt_id, "RE-early")  # told before the answer of the request that began it
    begin(line, number)
    assert (recording().recording_sid, recording().state) == ("RE-early", "ready")
    with transaction() as session:
        actions.record_event(session, LineEvent("CA1", 2, "completed", field_time.moment, attempt_id))
    field_time.set(field_time.moment + timedelta(minutes=5))
    for _ in range(21):
        with transaction() as session:
            assert actions.chase_recordings(session) == 1
    with transaction() as session:
        assert actions.chase_recordings(session) == 0
        assert "recording_left_there" in [alert.kind for alert in open_alerts(session)]
    assert recording().state == "failed"


def test_a_carrier_that_cannot_record_keeps_nobody_from_the_interview(attempt_id, line):
    number = want(attempt_id)
    line.fails = True
    assert begin(line, number) == {"begun": False, "why": "away"}
    assert (recording().state, ready(attempt_id)) == ("failed", False)
