"""The work calendar's pages: a year at a glance, days set and taken back by an administrator."""

from collections.abc import Callable

from httpx import Response

from callcenter.call_queue.actions import claim
from callcenter.call_queue.queries import explain
from callcenter.db.engine import statement, transaction
from callcenter.studies.actions.hours import keep_hours
from callcenter.studies.tables import Study
from tests.conftest import FieldTime
from tests.factories.cases import make_cases
from tests.factories.people import Browser


def test_an_administrator_sets_a_day_and_a_supervisor_sees_it(client_for: Callable[..., Browser]) -> None:
    administrator, supervisor = client_for("administrator"), client_for("supervisor")
    day = {"day": "2027-02-05", "kind": "day_off", "name": "除夕放假", "source": "国办发明电"}
    assert administrator.post("/calendar", data=day).headers["location"] == "/calendar/2027"
    done = administrator.get("/calendar/2027").text
    assert "已登记 2027-02-05" in done and "除夕放假" in done
    seen = supervisor.get("/calendar/2027").text
    assert "尚未正式公布" in seen and "除夕放假" in seen and 'action="/calendar' not in seen
    assert "国务院已公布" in supervisor.get("/calendar/2022").text
    assert supervisor.get("/calendar").status_code == 200
    again = administrator.post("/calendar", data={**day, "source": ""})
    assert again.status_code == 422 and "来源" in again.text and 'value="除夕放假"' in again.text
    assert administrator.post("/calendar", data={**day, "day": "2027-02-30"}).status_code == 422
    assert administrator.post("/calendar/end", data={"day": "2027-02-05", "reason": ""}).status_code == 422
    assert administrator.post("/calendar/end", data={"day": "2027-02-05", "reason": "登记有误"}).status_code == 303
    back = administrator.get("/calendar/2027").text
    assert "已撤销 2027-02-05" in back and "已失效" in back
    assert statement("SELECT count(*) AS n FROM calendar_days WHERE ended_at IS NULL")[0]["n"] == 0


def test_nobody_else_sets_a_day_and_a_strange_year_is_said_to_be_none(client_for: Callable[..., Browser]) -> None:
    supervisor = client_for("supervisor")
    assert supervisor.post("/calendar", data={"day": "2022-06-03"}).status_code == 403
    assert supervisor.post("/calendar/end", data={"day": "2022-06-03"}).status_code == 403
    assert client_for("operator").get("/calendar").status_code == 403
    assert supervisor.get("/calendar/1949").status_code == 404
    assert client_for("administrator").post("/calendar", data={"day": "²²²²-06-03"}).status_code == 422, "digits, and yet no number"


def test_a_studys_own_hours_are_changed_at_once_kept_over_a_reload_and_taken_back(
    client_for: Callable[..., Browser], field_time: FieldTime
) -> None:
    with transaction() as session:
        made = make_cases(session, 2)
    client, at = client_for("supervisor"), f"/calendar/studies/{made.study_id}"
    hours = {"dayparts": "09:00-12:00", "appointments": "08:30-20:00", "weekdays": ["1", "2", "3", "4", "5"], "holidays": "china"}

    def save(**more: object) -> Response:
        return client.post(at, data={**hours, "reason": "端午前停一天", **more})

    def codes() -> list[str]:
        with transaction() as session:
            return [reason.code for reason in explain(session, made.case_ids[0], field_time.moment).reasons]

    assert codes() == [] and "按 study.yaml" in client.get(at).text
    assert save(reason=" ").status_code == 422
    wrong = save(extra_workdays="2022-06-02", extra_days_off="2022-06-02", weekdays=[])
    assert wrong.status_code == 422 and "既写成加班日又写成休息日" in wrong.text and "至少选一天" in wrong.text
    assert codes() == [], "nothing half-written"
    assert save(extra_days_off="2022-06-02").status_code == 303
    assert codes() == ["hours_closed"]
    assert claim(made.operators[0]) is None
    page = client.get(at).text
    assert "端午前停一天" in page and "在本页改过" in page
    assert save(extra_days_off="").status_code == 409, "somebody else's change is seen first"
    seen = statement("SELECT id FROM study_hours WHERE ended_at IS NULL")[0]["id"]
    assert save(extra_days_off="2022-06-02", seen=seen).status_code == 409
    with transaction() as session:
        study = session.get_one(Study, made.study_id)
        study.settings = {**study.settings, "calling": {"dayparts": [["13:00", "15:00"]], "ring_seconds": 40}}
        keep_hours(session, study)
    assert codes() == ["hours_closed"]
    assert client.post(at + "/end", data={"reason": ""}).status_code == 422
    assert client.post(at + "/end", data={"reason": "恢复"}).status_code == 303
    assert statement("SELECT settings->'calling' AS c FROM studies") == [{"c": {"dayparts": [["13:00", "15:00"]], "ring_seconds": 40}}]
    assert "没有可以撤销的" in client.post(at + "/end", data={"reason": "再来"}).text
    actions = statement("SELECT action FROM audit_trail WHERE subject_kind = 'study' ORDER BY id")
    assert [row["action"] for row in actions] == ["study_hours_set", "study_hours_ended"]
    assert client_for("operator").get(at).status_code == 403
    assert client.get("/calendar/studies/999").status_code == 404
