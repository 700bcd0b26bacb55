"""The work calendar's pages: a year at a glance, days set and taken back by an administrator."""

from collections.abc import Callable

from callcenter.db.engine import statement
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
