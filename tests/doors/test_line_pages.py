"""The supervisor's page of lines: stop and resume, drain and take back, marks and publications, each with its reason."""

from collections.abc import Callable

import pytest

from callcenter.calls.actions import begin_attempt, report_label
from callcenter.db.engine import statement, transaction
from tests.factories.cases import make_cases
from tests.factories.people import Browser
from tests.factories.turns import take

pytestmark = pytest.mark.usefixtures("field_time")


def test_a_supervisor_works_the_lines_on_their_page(client_for: Callable[..., Browser]) -> None:
    with transaction() as session:
        made = make_cases(session, 4)
    lease = take(made.operators[0])
    with transaction() as session:
        attempt = begin_attempt(session, lease_id=lease.id, operator_id=lease.operator_id)
        report_label(session, user_id=lease.operator_id, attempt_id=attempt.id, app="某管家", text_shown="疑似<骚扰>")
    supervisor, page = client_for("supervisor"), "/supervisor/lines"
    seen = supervisor.get(page).text
    assert (
        all(number in seen for number in ("96599966", "96599977", "96599988")) and "疑似&lt;骚扰&gt;" in seen and "停止本调查的拨打" in seen
    )
    here = f"{page}/{made.study_id}"
    assert supervisor.get(f"{here}/chart.json").json()["data"] == []

    refused = supervisor.post(f"{here}/stop", data={"why": " "})
    assert refused.status_code == 422 and "请写明原因" in refused.text
    assert supervisor.post(f"{here}/stop", data={"why": "有投诉"}).status_code == 303
    assert "本调查已停止拨打" in supervisor.get(page).text
    console = client_for(None)
    assert console.get("/operator/api/state").status_code in {303, 401}
    assert supervisor.post(f"{here}/stop", data={"why": "有投诉"}).status_code == 422
    assert supervisor.post(f"{here}/resume", data={"why": "已处理"}).status_code == 303
    assert "已处理" in supervisor.get(page).text

    statement("UPDATE lines SET state = 'draining' WHERE number <> '96599988'")
    assert supervisor.get(page).text.count("唯一能用的线路：之后") == 2, "said where it is drained and where it rests"
    statement("UPDATE lines SET state = 'open'")
    (line,) = statement("SELECT id FROM lines WHERE number = '96599988'")
    for what, answer in (("drain", 303), ("drain", 422), ("take-back", 303), ("rest", 303), ("take-back", 303), ("explode", 422)):
        given = {"why": "换线", "hours": "2"}
        assert supervisor.post(f"{page}/line/{line['id']}/{what}", data=given).status_code == answer, what
        assert ("· 换线</span>" in supervisor.get(page).text) == (what in {"drain", "rest"}), what
    assert supervisor.post(f"{page}/line/{line['id']}/rest", data={"why": "x", "hours": "many"}).status_code == 422
    assert "1 至 336 小时" in supervisor.post(f"{page}/line/{line['id']}/rest", data={"why": "x", "hours": "99999999"}).text
    assert supervisor.post(f"{page}/line/999999/rest", data={"why": "x"}).status_code == 404

    (mark,) = statement("SELECT id FROM line_labels")
    appealed = {"on": "2022-06-02", "about": "已向应用方申诉", "removed_on": ""}
    assert supervisor.post(f"{here}/labels/{mark['id']}", data=appealed).status_code == 303
    assert supervisor.post(f"{here}/labels/{mark['id']}", data={**appealed, "on": "yesterday"}).status_code == 422

    told = {"district": "和平区", "numbers": ["96599966"], "place": "区政府网站", "on": "2022-05-30", "evidence": "https://example.invalid"}
    assert supervisor.post(f"{here}/publications", data=told).status_code == 303
    kept = supervisor.post(f"{here}/publications", data={**told, "numbers": ["10086"]})
    assert kept.status_code == 422 and 'value="区政府网站"' in kept.text
    assert supervisor.post(f"{here}/publications", data={**told, "on": "2999-01-01"}).status_code == 422
    shown = supervisor.get(page).text
    assert "区政府网站" in shown and "已向应用方申诉" in shown
    assert supervisor.get(f"{page}?study=999").status_code == 404
    for role in ("operator", "evaluator", "submitter"):
        assert client_for(role).get(page).status_code == 403
        assert client_for(role).post(f"{here}/stop", data={"why": "x"}).status_code == 403


def test_an_operator_is_told_that_the_dialling_is_stopped(client_for: Callable[..., Browser]) -> None:
    with transaction() as session:
        make_cases(session, 2)
    statement("INSERT INTO dialling_stops (study_id, stopped_at, why, resumed_why) SELECT id, loaded_at, '检修', '' FROM studies")
    operator = client_for("operator")
    for told in (operator.get("/operator/api/state"), operator.post("/operator/api/next", json={})):
        assert told.json()["none"] == {"why": "stopped", "reason": "检修", "next_due_at": None}


def test_without_a_study_the_page_says_what_to_do(client_for: Callable[..., Browser]) -> None:
    assert "study load" in client_for("supervisor").get("/supervisor/lines").text
