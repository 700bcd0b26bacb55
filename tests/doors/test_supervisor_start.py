"""What the supervisor sees first."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from callcenter.db.engine import statement, transaction
from callcenter.operations.actions import raise_alert
from tests.conftest import FieldTime
from tests.factories.calls import make_leased_case
from tests.factories.field_work import make_worked_sample
from tests.factories.people import Browser

RECHECK = "INSERT INTO rechecks (case_id, operator_id, kind, code, chosen_at, state, tries, compared, differing, note) "
ONE = "FROM cases c, users u ORDER BY c.id, u.id LIMIT 1"
WAITS = f"SELECT c.id, u.id, 'complete', '1.1', now(), 'waiting', 0, 0, '{{}}', '' {ONE}"
PROPOSED = f"SELECT c.id, 'contradiction', '', now(), u.id {ONE}"


def test_open_alerts_are_shown_and_closed_once_dealt_with(client_for: Callable[..., Browser]) -> None:
    supervisor = client_for("supervisor")
    assert "没有需要处理的提醒" in supervisor.get("/supervisor").text
    with transaction() as session:
        raise_alert(session, "line", "warning", "线路 96599966 连续三次没有拨通。", same_as="line 96599966")
    assert "连续三次没有拨通" in supervisor.get("/supervisor").text
    assert supervisor.post("/supervisor/alerts/close", data={"same_as": "line 96599966"}).headers["location"] == "/supervisor"
    page = supervisor.get("/supervisor").text
    assert "连续三次" not in page and "已处理" in page
    assert statement("SELECT action, subject_id FROM audit_trail ORDER BY id DESC LIMIT 1") == [
        {"action": "alert_closed", "subject_id": "line 96599966"}
    ]


def test_each_study_tells_how_its_cases_stand(client_for: Callable[..., Browser]) -> None:
    with transaction() as session:
        make_worked_sample(session, {"和平区": ["1.1", "3.13"], "河西区": [""]})
        session.execute(text(RECHECK + WAITS))
        session.execute(text("INSERT INTO invalidations (case_id, reason, note, proposed_at, proposed_by) " + PROPOSED))
    page = client_for("supervisor").get("/supervisor").text
    assert "66.7 %，2/3" in page
    assert "有 1 个个案等待复核" in page and "有 1 个判定无效的提议等第二位督导决定" in page


def test_a_study_that_nobody_can_call_says_so_at_the_top_with_who_since_when_why_and_where_to_resume(
    client_for: Callable[..., Browser], field_time: FieldTime
) -> None:
    made = make_leased_case(state="ready", lease_id=None, leased_by=None, leased_at=None, lease_expires_at=None)
    supervisor, lines = client_for("supervisor"), f"/supervisor/lines?study={made.study_id}"
    assert 'role="alert"' not in supervisor.get("/supervisor").text
    assert supervisor.post(f"/supervisor/lines/{made.study_id}/stop", data={"why": "有投诉"}).status_code == 303
    page = supervisor.get("/supervisor").text
    assert page.index('data-live="/supervisor/live"') < page.index('id="standstills"') < page.index('role="alert"'), "renewed by itself"
    told = page[page.index('role="alert"') : page.index("去恢复拨打")]
    assert all(word in told for word in ("已停止拨打", "有投诉", supervisor.user.name, "自 2022-06-02 周四 10:00", lines))
    assert supervisor.post(f"/supervisor/lines/{made.study_id}/resume", data={"why": "已处理"}).status_code == 303
    assert 'role="alert"' not in supervisor.get("/supervisor").text

    for line in statement("SELECT id FROM lines ORDER BY id"):
        assert supervisor.post(f"/supervisor/lines/line/{line['id']}/drain", data={"why": "换线"}).status_code == 303
    page = supervisor.get("/supervisor").text
    assert "外呼线路都已停止新呼叫" in page and page.count("换线") == 3 and lines in page and "也不在拨打时段" not in page
    field_time.set(field_time.moment + timedelta(hours=14))
    assert "也不在拨打时段" in supervisor.get("/supervisor").text
    statement("UPDATE lines SET state = 'open', hours = '[[\"18:00:00\", \"19:00:00\"]]'")
    assert 'role="alert"' not in supervisor.get("/supervisor").text, "at night lines out of their hours are as they should be"
    field_time.set(field_time.moment - timedelta(hours=14))
    assert "不在时段" in supervisor.get("/supervisor").text, "in calling hours they are not"
