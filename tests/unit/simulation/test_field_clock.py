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


def test_an_interview_amounts_to_what_the_console_offers_first_unless_it_was_cut_short():
    assert outcome_of({"complete": True}, ["matter_denied", "complete"]) == "matter_denied"
    assert outcome_of({"complete": False}, ["soft_refusal"]) == "broken_off"
    assert outcome_of({"complete": False}, ["partial", "soft_refusal"]) == "partial"
