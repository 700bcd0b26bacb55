"""Alerts, jobs and notices, on a real database."""

from datetime import timedelta

import psycopg

from callcenter.db import engine
from callcenter.db.engine import plain_url, transaction
from callcenter.operations import actions
from callcenter.operations.tables import Job
from tests.conftest import FieldTime


def test_a_notice_arrives_only_after_the_commit(database_url: str, field_time: FieldTime) -> None:
    with psycopg.connect(plain_url(database_url), autocommit=True) as listener:
        listener.execute("LISTEN board_1")
        with transaction() as session:
            actions.notify(session, "board_1", "42")
            assert list(listener.notifies(timeout=0.1)) == []
        (notice,) = listener.notifies(timeout=60, stop_after=1)
        assert (notice.channel, notice.payload) == ("board_1", "42")


def test_an_alert_is_open_once_and_can_come_back(database_url: str, field_time: FieldTime) -> None:
    for _ in range(2):
        with transaction() as session:
            actions.raise_alert(session, "tick_failed", "warning", "定时任务失败", same_as="tick_failed:sweep")
    assert engine.statement("SELECT count(*) AS n FROM alerts") == [{"n": 1}]
    with transaction() as session:
        actions.close_alert(session, "tick_failed:sweep")
    with transaction() as session:
        actions.raise_alert(session, "tick_failed", "warning", "定时任务失败", same_as="tick_failed:sweep")
    assert engine.statement("SELECT count(*) AS n FROM alerts WHERE closed_at IS NULL") == [{"n": 1}]


def test_a_job_is_claimed_once_and_again_when_its_worker_lets_the_lease_run_out(database_url: str, field_time: FieldTime) -> None:
    with transaction() as session:
        wanted = actions.queue_job(session, "export", {"population": 1}, None)
    with transaction() as session:
        first = actions.claim_job(session, "worker-1", ["export"])
        assert first is not None and first.id == wanted
    with transaction() as session:
        assert actions.claim_job(session, "worker-2", ["export"]) is None
    field_time.set(field_time() + timedelta(minutes=3))
    with transaction() as session:
        again = actions.claim_job(session, "worker-2", ["export"])
        assert again is not None and (again.id, again.claims, again.worker) == (wanted, 2, "worker-2")
        actions.end_job(session, again, result={"rows": 3})
    with transaction() as session:
        done = session.get(Job, wanted)
        assert done is not None and (done.state, done.result) == ("done", {"rows": 3})
        assert actions.claim_job(session, "worker-1", ["export"]) is None


def test_what_a_clerk_waits_for_is_claimed_before_older_merges(database_url: str, field_time: FieldTime) -> None:
    kinds = ["preview_frame", "freeze_frame", "judge_list", "make_receipt"]
    with transaction() as session:
        for kind in kinds:
            actions.queue_job(session, kind, {}, None)
    claimed = []
    for _ in kinds:
        with transaction() as session:
            job = actions.claim_job(session, "worker-1", kinds)
            assert job is not None
            claimed.append(job.kind)
    assert claimed == ["judge_list", "make_receipt", "preview_frame", "freeze_frame"]
