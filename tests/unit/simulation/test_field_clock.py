from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callcenter.simulation.field_clock import FieldClock
from callcenter.simulation.operators import office_hour, outcome_of

START = datetime(2022, 6, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_field_time_jumps_forward_and_never_back(tmp_path):
    file = tmp_path / "field-time"
    file.write_text(START.isoformat())
    clock = FieldClock(file)
    clock.jump(START + timedelta(hours=1))
    clock.jump(START)
    assert datetime.fromisoformat(file.read_text()) == clock.now == START + timedelta(hours=1)
    assert list(tmp_path.iterdir()) == [file]


def test_appointments_are_wished_for_within_office_hours():
    for hours in range(200):
        at = office_hour(START + timedelta(hours=hours))
        assert at.weekday() < 5
        assert at.hour in {9, 10, 11, 13, 14, 15, 16}


def test_an_interview_amounts_to_what_its_answers_say():
    given = [{"name": "right_enterprise", "value": "yes"}, {"name": "handled", "value": "no"}]
    assert outcome_of({"given": given, "complete": True, "completeness": 1}) == "matter_denied"
    assert outcome_of({"given": given[:1], "complete": True, "completeness": 0.9}) == "complete"
    assert outcome_of({"given": [], "complete": True, "completeness": 0.6}) == "partial"
    assert outcome_of({"given": [], "complete": False, "completeness": 0.9}) == "broken_off"
