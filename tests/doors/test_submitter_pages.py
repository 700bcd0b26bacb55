"""A department sends lists and reads its receipts; a supervisor freezes what came in."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from callcenter.db.engine import statement, transaction
from callcenter.lists import queries
from callcenter.lists.verdicts import check
from callcenter.studies import actions as studies
from tests.factories.lists import row, workbook
from tests.factories.people import Browser, make_user
from tests.factories.studies import demo_population, make_study

pytestmark = pytest.mark.usefixtures("database_url", "field_time")
EXAMPLE = Path(__file__).parents[1] / "golden" / "lists" / "p01_template.xlsx"
UNIT = "市市场监管委"


@pytest.fixture
def population_id(database_url: str, field_time: Any) -> int:
    with transaction() as session:
        population = demo_population(session, make_study(session, trial_from=field_time().date()))
        assert population.id is not None
        return population.id


@pytest.fixture
def department(client_for: Callable[..., Browser], population_id: int) -> Browser:
    return client_for(make_user("submitter", unit=UNIT))


def followed(browser: Browser, answer: Any) -> Any:
    return browser.get(answer.headers["location"]) if answer.status_code == 303 else answer


def send(browser: Browser, population_id: int, *files: tuple[str, bytes], **data: str) -> Any:
    given = [("files", file) for file in files]
    return followed(browser, browser.post(f"/submitter/populations/{population_id}/lists", files=given, data=data))


def test_what_is_due_names_the_units_own_items_first(department: Browser) -> None:
    shown = department.get("/submitter").text
    assert "电子执照印章发票推广" in shown
    assert shown.index("申领使用电子印章的企业") < shown.index("其他任务")
    assert "尚未报送" in shown
    assert "开放中" in shown


def test_the_example_list_goes_through_to_its_receipt(department: Browser, population_id: int) -> None:
    shown = send(department, population_id, ("市级市场监管委-优化企业开办服务-4-电子印章申领企业.xlsx", EXAMPLE.read_bytes())).text
    for said in ("58", "51", "没有联系电话", "电话号码被打了星号", "下载回执表", "Sheet2"):
        assert said in shown
    assert "15800008278" not in shown  # masked
    assert "158****8278" in shown
    assert "文件名提醒" not in shown


def test_the_receipt_can_be_filtered_and_its_workbook_mended(department: Browser, population_id: int) -> None:
    send(department, population_id, ("名单.xlsx", EXAMPLE.read_bytes()))
    rejected = department.get("/submitter/submissions/1?verdict=rejected").text
    assert "共 5 条" in rejected
    assert department.get("/submitter/submissions/1?reason=phone_masked").text.count("<tr>") == 2
    again = check(department.get("/submitter/submissions/1/workbook").content)
    assert again.totals["rejected"] == 5
    assert department.get("/submitter/submissions/1/file").content == EXAMPLE.read_bytes()


def test_the_same_bytes_again_say_so(department: Browser, population_id: int) -> None:
    send(department, population_id, ("a.xlsx", EXAMPLE.read_bytes()))
    assert "这次没有改变什么" in send(department, population_id, ("b.xlsx", EXAMPLE.read_bytes())).text


def test_several_files_are_judged_each_by_itself(department: Browser, population_id: int) -> None:
    good, more = workbook([row(1)]), workbook([row(2)])
    answer = send(department, population_id, ("a.xlsx", good), ("b.xls", b"<html></html>"), ("c.xlsx", more))
    assert answer.status_code == 200
    assert "网页（HTML）" in answer.text
    assert [each["role"] for each in statement("SELECT role FROM submissions WHERE state = 'judged' ORDER BY id")] == [
        "first",
        "supplement",
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"), [("a.xls", b"<html></html>", "网页"), ("a.xlsx", b"PK\x03\x04", "损坏"), ("a.pdf", b"%PDF-1.4", "PDF")]
)
def test_a_wrong_file_is_refused_in_words_and_leaves_a_trace(
    department: Browser, population_id: int, name: str, data: bytes, said: str
) -> None:
    answer = send(department, population_id, (name, data))
    assert answer.status_code == 422
    assert said in answer.text
    assert statement("SELECT count(*) FROM submissions") == [{"count": 0}]
    assert statement("SELECT count(*) FROM audit_trail WHERE action = 'refuse_list'") == [{"count": 1}]


def test_the_answer_to_the_script_brings_the_earlier_submissions_along(department: Browser, population_id: int) -> None:
    address = f"/submitter/populations/{population_id}"
    assert "还没有报送过" in department.get(address).text
    files = [("files", ("名单甲.xlsx", workbook([row(1)])))]
    answer = department.post(f"{address}/lists", files=files, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    outcomes, renewed = answer.text.split('<div data-renews="relation">')
    assert "查看回执" in outcomes and "<html" not in answer.text
    assert "补充：与之前的名单合并" in renewed.split('data-renews="sent"')[0]
    assert "名单甲.xlsx" in renewed.split('data-renews="sent"')[1] and "还没有报送过" not in renewed
    assert 'id="relation"' in department.get(address).text and 'id="sent"' in department.get(address).text


def test_nothing_chosen_is_said(department: Browser, population_id: int) -> None:
    assert "没有选择文件" in department.post(f"/submitter/populations/{population_id}/lists", data={}).text


def test_a_unit_sees_only_its_own_submissions(department: Browser, population_id: int, client_for: Callable[..., Browser]) -> None:
    send(department, population_id, ("a.xlsx", workbook([row(1)])))
    other = client_for(make_user("submitter", unit="市税务局"))
    for path in ("", "/workbook", "/file", "/line"):
        assert department.get(f"/submitter/submissions/1{path}").status_code == 200
        assert other.get(f"/submitter/submissions/1{path}").status_code == 404
    assert "a.xlsx" not in other.get("/submitter").text


def test_outside_the_window_nothing_is_taken_and_the_refusal_says_when_it_was_and_whom_to_call(
    department: Browser, population_id: int, field_time: Any
) -> None:
    statement("UPDATE phases SET first_day = '2022-01-01', last_day = '2022-01-02' WHERE kind = 'intake'")
    said = send(department, population_id, ("a.xlsx", workbook([row(1)])), stated_total="1").text
    assert "现在不在名单报送期内：2022-01-01 至 2022-01-02 已经结束。请拨打评估机构电话 27509186 申请延期。" in said
    shown = department.get(f"/submitter/populations/{population_id}").text
    assert "报送期已在 2022-01-02 周日 结束，现在不能上报。要补报或更正，请拨打评估机构电话 27509186 申请延期" in shown
    assert 'type="file"' not in shown and 'name="stated_total"' not in shown
    assert department.post(f"/submitter/populations/{population_id}/statement", data={"stated_total": "2"}).status_code == 409
    assert statement("SELECT count(*) FROM list_statements") == [{"count": 0}]
    statement("UPDATE phases SET first_day = '2022-07-01', last_day = '2022-07-02' WHERE kind = 'intake'")
    assert "报送期从 2022-07-01 周五 开始，现在还不能上报" in department.get(f"/submitter/populations/{population_id}").text
    assert "2022-07-01 至 2022-07-02 才开放" in send(department, population_id, ("a.xlsx", workbook([row(1)]))).text


def test_a_window_reopened_for_one_unit_takes_its_list_as_late_and_no_other_units(
    department: Browser, population_id: int, client_for: Callable[..., Browser]
) -> None:
    days = "first_day = '2022-05-24', last_day = '2022-05-31', scheduled_last_day = '2022-05-31'"
    phase = statement(f"UPDATE phases SET {days} WHERE kind = 'intake' RETURNING id")[0]["id"]
    with transaction() as session:
        studies.extend_phase(session, phase, date(2022, 6, 3), "系统故障", None, unit="天津市市场监管委")
    shown = department.get("/submitter").text
    assert "只为本单位延期，原定 2022-05-31 周二 截止" in shown and "开放中" in shown
    assert "迟到：在原定截止日期之后收到" in send(department, population_id, ("a.xlsx", workbook([row(1)]))).text
    other = client_for(make_user("submitter", unit="市税务局"))
    assert "已经结束" in send(other, population_id, ("a.xlsx", workbook([row(2)]))).text
    assert statement("SELECT department, late FROM submissions") == [{"department": UNIT, "late": True}]


def test_a_large_list_is_waited_for(department: Browser, population_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.lists.actions.submitting.LARGE_FILE", 10)
    shown = send(department, population_id, ("a.xlsx", workbook([row(1)]))).text
    assert "排队等待核对" in shown and "已读" not in shown
    from callcenter.worker.lists import judge_list

    assert judge_list({"submission_id": 1}, lambda done, total: None)["rows"] == 1
    assert "查看回执" in department.get("/submitter/submissions/1/line").text


def test_the_template_names_the_unit(department: Browser, population_id: int) -> None:
    data = department.get(f"/submitter/populations/{population_id}/template").content
    assert check(data).totals["rows"] == 0


def test_a_supervisor_sees_what_came_and_freezes_it(department: Browser, population_id: int, client_for: Callable[..., Browser]) -> None:
    send(department, population_id, ("a.xlsx", workbook([row(1), row(2, district="西青"), row(3, phone="")])))
    supervisor = client_for("supervisor")
    assert "申领使用电子印章的企业" in supervisor.get("/supervisor/lists").text
    shown = supervisor.get(f"/supervisor/lists/{population_id}").text
    assert "将 2 家企业按 2 个层冻结为第 1 号抽样框" in shown
    assert "第 1 号抽样框已冻结：2 家企业" in followed(supervisor, supervisor.post(f"/supervisor/lists/{population_id}/freeze")).text
    again = supervisor.post(f"/supervisor/lists/{population_id}/freeze")
    assert again.status_code == 409
    assert "不需要再冻结" in again.text


def test_a_supervisor_keeps_wishes_not_to_be_called(client_for: Callable[..., Browser]) -> None:
    supervisor = client_for("supervisor")
    wrong = supervisor.post("/supervisor/do-not-call", data={"scope": "number", "value": "12345", "reason": "本人"})
    assert wrong.status_code == 422
    assert "能拨打的电话号码" in wrong.text
    given = {"scope": "number", "value": "13800001111", "reason": "本人来电"}
    shown = followed(supervisor, supervisor.post("/supervisor/do-not-call", data=given)).text
    assert "138****1111" in shown
    assert "13800001111" not in shown


def test_what_a_unit_states_is_held_against_what_it_sends(
    department: Browser, population_id: int, client_for: Callable[..., Browser]
) -> None:
    statement("UPDATE populations SET period_start = 'policy-month'")
    shown = department.get(f"/submitter/populations/{population_id}").text
    assert "还没有填报总体总数" in shown and "还没有填报政策落地月份" in shown
    wrong = department.post(f"/submitter/populations/{population_id}/statement", data={"stated_total": "很多"})
    assert wrong.status_code == 422 and "之间的整数" in wrong.text
    address = f"/submitter/populations/{population_id}/statement"
    shown = followed(department, department.post(address, data={"stated_total": "1,000", "policy_month": "2021年6月"})).text
    assert 'value="2021-06"' in shown and "还没有填报政策落地月份" not in shown
    head = ("序号", "企业名称", "联系电话", "业务描述", "办理时间")
    lines = [("天津甲公司", "13800000001", "申领", "2022-03-01"), ("天津乙公司", "13800000002", "", "2020-01-01")]
    data = workbook([dict(enumerate(line)) for line in lines], head, keys=range(4))
    shown = send(department, population_id, ("a.xlsx", data), stated_total="900").text
    assert "有 1 行的办理时间不在统计期间（2021-06-01 至 2022-05-31）内" in shown
    assert "有 1 行没有填写“业务描述”" in shown
    assert "填报的总体总数是 900，收到的只有 2 行" in shown
    assert department.get("/submitter/submissions/1?note=outside").text.count("天津乙公司") == 1
    assert "天津甲公司" not in department.get("/submitter/submissions/1?note=outside").text
    assert "天津乙公司" in department.get("/submitter/submissions/1?note=missing:业务描述").text
    assert "没有符合条件的行" in department.get("/submitter/submissions/1?note=undated").text
    assert "待核实" in client_for("supervisor").get(f"/supervisor/lists/{population_id}").text
    assert [each["stated_total"] for each in statement("SELECT stated_total FROM list_statements ORDER BY id")] == [1000, 900]


def test_a_large_receipt_is_made_by_a_worker_and_fetched_in_parts(
    department: Browser, population_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.web.pages.submitter.receipts.RECEIPT_AT_ONCE", 1)
    monkeypatch.setattr("callcenter.operations.actions.PART", 1000)
    data = workbook([row(1), row(2, phone="")])
    assert "准备回执表（名单较大" in send(department, population_id, ("a.xlsx", data)).text
    for _ in range(2):  # asked for twice, made once
        department.post("/submitter/submissions/1/workbook")
    assert "正在准备回执表" in department.get("/submitter/submissions/1").text
    queued = statement("SELECT payload FROM jobs WHERE kind = 'make_receipt'")
    assert len(queued) == 1
    from callcenter.worker.receipts import make_receipt

    make_receipt(queued[0]["payload"], lambda done, total: None)
    statement("UPDATE jobs SET state = 'done'")
    assert "下载回执表" in department.get("/submitter/submissions/1").text
    again = check(department.get("/submitter/submissions/1/workbook").content)
    assert [each.verdict for each in again.rows] == ["accepted", "rejected"]
    assert statement("SELECT count(*) > 1 AS several FROM kept_file_parts") == [{"several": True}]
    assert statement("SELECT count(*) FROM audit_trail WHERE action = 'fetch_receipt'") == [{"count": 1}]


def test_versions_tell_who_sent_which_bytes_and_what_changed(
    department: Browser, population_id: int, client_for: Callable[..., Browser]
) -> None:
    send(department, population_id, ("a.xlsx", workbook([row(1), row(2, phone=""), row(3), row(4)])))
    mended = [row(1), row(2), row(4, contact="李某"), row(5)]
    send(department, population_id, ("b.xlsx", workbook(mended)))
    shown = department.get("/submitter/submissions/2/versions").text
    assert "由第 2 号替换" in shown and "替换 第 1 号" in shown
    with transaction() as session:
        found = queries.difference(session, 1, 2)
    assert found.counts == {"same": 1, "verdict": 1, "gone": 1, "changed": 1, "added": 1}
    assert [(each["kind"], each["name"]) for each in found.rows] == [
        ("added", "天津某5有限公司"),
        ("changed", "天津某4有限公司"),
        ("gone", "天津某3有限公司"),
        ("verdict", "天津某2有限公司"),
    ]
    assert "天津某3有限公司" in department.get("/submitter/submissions/2/versions?kind=gone").text
    assert "天津某5有限公司" not in department.get("/submitter/submissions/2/versions?kind=gone").text
    assert "前面没有可比的" in department.get("/submitter/submissions/1/versions").text
    assert client_for("supervisor").get("/submitter/submissions/2/versions").status_code == 200
    assert client_for(make_user("submitter", unit="市税务局")).get("/submitter/submissions/2/versions").status_code == 404


def test_rows_are_searched_without_names_in_the_address(department: Browser, population_id: int) -> None:
    send(department, population_id, ("a.xlsx", workbook([row(1), row(2), row(12, phone="")])))
    shown = department.post("/submitter/submissions/1", data={"search": "某 1", "verdict": ""}).text
    assert "天津某1有限公司" in shown and "天津某12有限公司" in shown and "天津某2有限公司" not in shown
    shown = department.post("/submitter/submissions/1", data={"search": "某1", "verdict": "rejected"}).text
    assert "共 1 条" in shown and "天津某12有限公司" in shown


def test_a_waiting_list_renews_its_own_line(department: Browser, population_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.lists.actions.submitting.LARGE_FILE", 10)
    send(department, population_id, ("a.xlsx", workbook([row(1)])))
    assert 'hx-get="/submitter/submissions/1/row"' in department.get(f"/submitter/populations/{population_id}").text
    from callcenter.worker.lists import judge_list

    judge_list({"submission_id": 1}, lambda done, total: None)
    line = department.get("/submitter/submissions/1/row").text
    assert "有效" in line and "hx-get" not in line
    assert department.get("/submitter/submissions/1/line").headers["HX-Trigger"] == "judged"


def test_the_overview_adds_up_what_counts(department: Browser, population_id: int) -> None:
    lists = ("a.xlsx", workbook([row(1), row(2)])), ("b.xlsx", workbook([row(n) for n in range(3, 6)]))
    shown = send(department, population_id, *lists, stated_total="5").text
    assert "2 份名单，共 5 行，采用 5" in department.get("/submitter").text
    assert "这项报送已完整：2 份名单，5 行。" in shown
    department.post(f"/submitter/populations/{population_id}/statement", data={"stated_total": "10"})
    shown = department.get(f"/submitter/populations/{population_id}/open").text
    assert "这项报送已完整" not in shown
    assert "还有要确认的" in shown
    wrong = department.post(f"/submitter/populations/{population_id}/statement", data={"stated_total": "99999999"})
    assert "1 到 10,000,000 之间" in wrong.text


def test_a_receipt_sent_under_its_own_name_is_known_also_where_it_does_not_belong(department: Browser, population_id: int) -> None:
    send(department, population_id, ("市级市场监管委-优化企业开办服务-4-印章.xlsx", EXAMPLE.read_bytes()))
    made = department.get("/submitter/submissions/1/workbook").content
    shown = send(department, population_id, ("回执-市级市场监管委-优化企业开办服务-4-印章.xlsx", made)).text
    assert "文件名提醒" not in shown
    assert "核对结果汇总" not in shown
    assert "的回执表，却报送到了" not in shown
    replaced = send(department, population_id, ("a.xlsx", EXAMPLE.read_bytes())).text
    assert "后来被“回执-市级市场监管委-优化企业开办服务-4-印章.xlsx”（第 2 号" in replaced
    statement("UPDATE populations SET code = '4-99' WHERE id = %(id)s", {"id": population_id})
    assert "的回执表，却报送到了“4-99 申领使用电子印章的企业”" in department.get("/submitter/submissions/2").text


def test_what_could_not_be_read_is_shown_as_sent_and_a_filter_stands_in_the_address(department: Browser, population_id: int) -> None:
    send(department, population_id, ("a.xlsx", workbook([row(1, phone="1380013800"), row(2, code="9112")])))
    shown = department.get("/submitter/submissions/1").text
    assert "138***3800" in shown and "1380013800" not in shown
    assert ">9112</span>" in shown
    answer = department.post("/submitter/submissions/1", data={"verdict": "rejected", "offset": "0"})
    assert answer.headers["location"] == "/submitter/submissions/1?verdict=rejected"
