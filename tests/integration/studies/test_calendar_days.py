"""The house's own calendar: kept with its history, and the same for calls, recalls and work orders."""

from datetime import date, datetime

import pytest

from callcenter.call_queue import calling_hours as ch
from callcenter.call_queue import queries as queue
from callcenter.db.engine import statement, transaction
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.studies import actions, queries
from callcenter.studies.phases import FIELD_ZONE
from callcenter.studies.work_calendar import OFFICIAL, working_days
from tests.conftest import FieldTime
from tests.factories.cases import make_cases

HOLIDAY = date(2022, 6, 3)
NOTICE = {"name": "端午节加班", "source": "市政府通知", "user_id": None}


def test_an_own_day_counts_everywhere_at_once_and_stays_as_history(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        made = make_cases(session, 1)
    at = datetime(2022, 6, 3, 10, tzinfo=FIELD_ZONE)
    assert [gate.open for gate in queue.gates(at)] == [()]
    with transaction() as session:
        actions.set_calendar_day(session, HOLIDAY, "workday", **NOTICE)
        actions.set_calendar_day(session, date(2022, 6, 6), "day_off", **NOTICE)
        calendar = queries.work_calendar(session)
        hours = queue.plan_of_case(session, queue.case(session, made.case_ids[0])).hours
        assert working_days(date(2022, 6, 2), date(2022, 6, 7), calendar) == 2  # the 3rd and the 7th
        assert ch.add_workdays(hours, date(2022, 6, 2), 2) == date(2022, 6, 7)
    assert [len(gate.open) for gate in queue.gates(at)] == [1]
    with transaction() as session:
        actions.set_calendar_day(session, HOLIDAY, "workday", **{**NOTICE, "source": "另一通知"})
        actions.end_calendar_day(session, HOLIDAY, "登记有误", None)
        actions.end_calendar_day(session, date(2022, 6, 6), "登记有误", None)
        assert queries.work_calendar(session) == OFFICIAL
        history = [(entry.day.day, entry.source, entry.ended_at is not None) for entry in queries.calendar_days(session, 2022)]
        assert history == [(3, "另一通知", True), (3, "市政府通知", True), (6, "市政府通知", True)]
        assert queries.calendar_days(session, 2023) == []
    audited = [row["action"] for row in statement("SELECT action FROM audit_trail WHERE subject_kind = 'calendar_day' ORDER BY id")]
    assert audited == ["set_calendar_day"] * 3 + ["end_calendar_day"] * 2


def test_what_is_wrong_with_a_day_is_said(database_url: str) -> None:
    with transaction() as session:
        actions.set_calendar_day(session, HOLIDAY, "workday", **NOTICE)
        with pytest.raises(Conflict, match="没有改变什么"), session.begin_nested():
            actions.set_calendar_day(session, HOLIDAY, "workday", **NOTICE)
        assert HOLIDAY in queries.work_calendar(session).workdays
        for wrong in ({"name": " "}, {"source": ""}):
            with pytest.raises(InvalidInput, match="来源"):
                actions.set_calendar_day(session, HOLIDAY, "workday", **{**NOTICE, **wrong})
        with pytest.raises(InvalidInput, match="工作日还是休息日"):
            actions.set_calendar_day(session, HOLIDAY, "half", **NOTICE)
        with pytest.raises(InvalidInput, match="1950"):
            actions.set_calendar_day(session, date(1949, 10, 1), "workday", **NOTICE)
        with pytest.raises(InvalidInput, match="为什么"):
            actions.end_calendar_day(session, HOLIDAY, " ", None)
        with pytest.raises(NotFound, match="没有登记过"):
            actions.end_calendar_day(session, date(2022, 6, 1), "x", None)
