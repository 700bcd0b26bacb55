"""The scheduler: one leader, every run recorded, a failing job stops nothing."""

import threading
from datetime import timedelta
from typing import Any

from callcenter.calls.phone_line import NoLine
from callcenter.db import engine
from callcenter.db.engine import transaction
from callcenter.operations import actions
from callcenter.operations.queries import latest_runs, open_alerts
from callcenter.scheduler.leader import LOCK, Clockwork, Leadership, lead
from callcenter.scheduler.ticks import FieldTimetable, tick
from callcenter.scheduler.timetable import Line, timetable
from tests.conftest import FieldTime
from tests.factories.waiting import until


def noting() -> dict[str, Any]:
    with transaction() as session:
        actions.record(session, None, "ticked", "test", 1)
    return {"seen": 1}


def ticked() -> int:
    return int(engine.statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'ticked'")[0]["n"])


def holders() -> list[int]:
    """Server processes that hold the leader's lock in this database."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    held = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %(key)s AND granted AND {here}"
    return [row["pid"] for row in engine.statement(held, {"key": LOCK})]


def test_a_run_is_recorded_in_field_time(database_url: str, field_time: FieldTime) -> None:
    assert tick(Line("note", timedelta(seconds=1), noting))
    with transaction() as session:
        (run,) = latest_runs(session)
        assert (run.job, run.ok, run.result, run.started_at) == ("note", True, {"seen": 1}, field_time())


def test_a_failing_job_is_told_once_and_closed_when_it_works_again(database_url: str, field_time: FieldTime) -> None:
    broken = [True]

    def sometimes() -> dict[str, Any]:
        if broken[0]:
            raise RuntimeError("broken")
        return {}

    line = Line("sometimes", timedelta(seconds=1), sometimes)
    assert not tick(line)
    assert not tick(line)
    with transaction() as session:
        (alert,) = open_alerts(session)
        assert alert.same_as == "tick_failed:sometimes"
    broken[0] = False
    assert tick(line)
    with transaction() as session:
        assert open_alerts(session) == []


def test_by_field_time_a_line_runs_once_however_far_time_jumped(database_url: str, field_time: FieldTime) -> None:
    timetable = FieldTimetable([Line("note", timedelta(minutes=1), noting)])
    timetable.poll()
    timetable.poll()
    assert ticked() == 1
    field_time.set(field_time() + timedelta(days=2))
    timetable.poll()
    timetable.poll()
    assert ticked() == 2
    field_time.set(field_time() - timedelta(days=1))
    timetable.poll()
    timetable.poll()
    assert ticked() == 3, "a clock set back does not stop it until it has caught up"


def test_a_clock_set_back_is_noticed_and_one_set_forward_or_put_right_is_nothing() -> None:
    ahead = [1000.0]
    clockwork = Clockwork(lambda: ahead[0])
    seen = []
    for moved in (0.0, 0.4, 3600.0, -1.0, -3600.0, 0.0):
        ahead[0] += moved
        seen.append(clockwork.went_back())
    assert seen == [False, False, False, False, True, False]


def test_of_two_schedulers_one_runs_the_timetable_and_the_other_takes_over(database_url: str, field_time: FieldTime) -> None:
    lines = [Line("note", timedelta(milliseconds=200), noting)]
    stops = [threading.Event(), threading.Event()]
    both = [threading.Thread(target=lead, args=(database_url, lines, stop), kwargs={"by_field_time": False}) for stop in stops]
    for process in both:
        process.start()
    try:
        until(lambda: ticked() >= 3)
        (leader,) = holders()
        # The leader's connection is cut: somebody leads again soon.
        engine.statement("SELECT pg_terminate_backend(%(pid)s)", {"pid": leader})
        before = ticked()
        until(lambda: ticked() >= before + 3)
    finally:
        for stop in stops:
            stop.set()
        for process in both:
            process.join(60)
    assert not any(process.is_alive() for process in both)
    until(lambda: holders() == [])


def test_the_lock_is_held_by_one_connection_at_a_time(database_url: str) -> None:
    with Leadership(database_url) as first, Leadership(database_url) as second:
        assert first.held()
        assert not second.held()
        assert first.held()
        first.give_up()
        until(second.held)


def test_every_line_of_the_timetable_runs_on_an_empty_database(database_url: str, field_time: FieldTime) -> None:
    lines = timetable(NoLine())
    assert len({line.name for line in lines}) == len(lines)
    assert all(tick(line) for line in lines)
