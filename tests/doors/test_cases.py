"""Search by enterprise, code or telephone, and the way of one enterprise, for those allowed."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from callcenter.db.engine import statement, transaction
from tests.factories.field_work import WorkedSample, make_worked_sample
from tests.factories.people import Browser

PHONE = "+8613612345678"


@pytest.fixture
def worked(database_url: str, field_time: object) -> WorkedSample:
    """Two strata with worked cases; the first case has a known name, code and number."""
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1", "3.13"], "河西区": ["2.112", ""]})
    first = made.cases["和平区"][0]
    known = {"case": first, "phones": f'[{{"number": "{PHONE}", "kind": "mobile", "state": "good"}}]'}
    statement("UPDATE cases SET phones = CAST(%(phones)s AS jsonb) WHERE id = %(case)s", known)
    statement(
        "UPDATE frame_units SET name = '天津（测试）甲乙丙有限公司', contact = '王小明', phones = CAST(%(phones)s AS jsonb) "
        "WHERE id = (SELECT u.frame_unit_id FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id WHERE c.id = %(case)s)",
        known,
    )
    return made


def found(browser: Browser, typed: str) -> str:
    answer = browser.post("/cases", data={"q": typed})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("typed", ["甲乙丙", "(测试)甲乙", "天津 （测试）", "13612345678", "136-1234-5678", "＋86 13612345678"])
def test_an_enterprise_is_found_however_it_is_written(worked: WorkedSample, client_for: Callable[..., Browser], typed: str) -> None:
    assert "天津（测试）甲乙丙有限公司" in found(client_for("supervisor"), typed)


@pytest.mark.parametrize("typed", ["", "津", "没有这样的企业", "13600000000", "%", "100%_", "999999999", "' OR 1=1 --"])
def test_what_is_not_there_is_told_kindly(worked: WorkedSample, client_for: Callable[..., Browser], typed: str) -> None:
    text = found(client_for("supervisor"), typed)
    assert "甲乙丙" not in text
    assert "请至少输入" in text or "没有找到" in text


def test_a_case_number_leads_straight_to_its_way(worked: WorkedSample, client_for: Callable[..., Browser]) -> None:
    case = worked.cases["和平区"][0]
    assert client_for("supervisor").post("/cases", data={"q": f"#{case}"}).headers["location"] == f"/cases/{case}"
    assert client_for("supervisor").get("/cases/999999").status_code == 404
    assert client_for("supervisor").get("/cases/units/999999").status_code == 404


def test_the_way_shows_list_draw_release_calls_answers_and_codes(worked: WorkedSample, client_for: Callable[..., Browser]) -> None:
    text = client_for("supervisor").get(f"/cases/{worked.cases['和平区'][0]}").text
    for part in ("号名录", "排定次序", "和平区层第 1 位", "主样本放号", "电话：完成访问", "处置代码 1.1 完成访问", "开始访问"):
        assert part in text, part


def test_numbers_are_masked_until_a_supervisor_asks_and_each_look_is_written_down(
    worked: WorkedSample, client_for: Callable[..., Browser]
) -> None:
    supervisor, evaluator = client_for("supervisor"), client_for("evaluator")
    case = worked.cases["和平区"][0]
    unit = statement(
        "SELECT u.frame_unit_id AS id FROM cases c JOIN draw_units u ON u.id = c.draw_unit_id WHERE c.id = %(c)s", {"c": case}
    )[0]["id"]
    for reader in (supervisor, evaluator):
        text = reader.get(f"/cases/{case}").text
        assert "136****5678" in text and "13612345678" not in text and "王小明" not in text
    assert "显示号码" not in evaluator.get(f"/cases/{case}").text
    assert evaluator.post(f"/cases/units/{unit}/numbers").status_code == 403
    assert PHONE in supervisor.post(f"/cases/units/{unit}/numbers").text
    trail = statement("SELECT actor_id, action, subject_kind, subject_id FROM audit_trail WHERE subject_kind = 'case' ORDER BY id")
    assert [(row["action"], row["actor_id"]) for row in trail] == [
        ("case_opened", supervisor.user.id),
        ("case_opened", evaluator.user.id),
        ("case_opened", evaluator.user.id),
        ("numbers_shown", supervisor.user.id),
    ]
    assert {row["subject_id"] for row in trail} == {str(case)}


def test_a_unit_that_was_not_released_has_its_way_too(worked: WorkedSample, client_for: Callable[..., Browser]) -> None:
    unit = statement(
        "SELECT u.frame_unit_id AS id FROM draw_units u LEFT JOIN cases c ON c.draw_unit_id = u.id WHERE c.id IS NULL ORDER BY u.id LIMIT 1"
    )[0]["id"]
    text = client_for("supervisor").get(f"/cases/units/{unit}").text
    assert "未放号" in text and "排定次序" in text and "主样本放号" not in text


def test_why_a_case_may_not_be_called_is_told(worked: WorkedSample, client_for: Callable[..., Browser], app: FastAPI) -> None:
    assert "现在能不能呼叫" in client_for("supervisor").get(f"/cases/{worked.cases['河西区'][1]}").text
