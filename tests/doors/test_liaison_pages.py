"""A unit names whom to ask; the supervisor sees who has, opens one on record, and enters one that came by mail."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from callcenter.db.engine import statement, transaction
from callcenter.studies import queries as studies
from tests.factories.lists import row, submit, workbook
from tests.factories.people import Browser, make_user
from tests.factories.studies import make_study

pytestmark = pytest.mark.usefixtures("database_url", "field_time")
UNIT = "市市场监管委"
PERSON = {"name": "王某某", "mobile": "13800001111", "landline": "24532093转801", "mail": "w@tj.gov.cn", "office": "登记处", "post": "处长"}


@pytest.fixture
def ids(database_url: str, field_time: Any) -> dict[str, int]:
    """Stages by name and population 4-1, in a trial that is open."""
    with transaction() as session:
        study = make_study(session, trial_from=field_time().date())
        stages = {stage.name: stage.id or 0 for stage in studies.stages(session, study.id or 0)}
        return stages | {"4-1": studies.population_by_code(session, stages["2021"], "4-1").id or 0}


@pytest.fixture
def department(client_for: Callable[..., Browser], ids: dict[str, int]) -> Browser:
    return client_for(make_user("submitter", unit=UNIT))


def follow(browser: Browser, answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def test_a_unit_names_its_person_a_new_one_replaces_it_and_every_record_stays(department: Browser, ids: dict[str, int]) -> None:
    address = f"/submitter/liaison/{ids['2021']}"
    assert "未登记" in department.get("/submitter/liaison").text
    wrong = department.post(address, data=PERSON | {"mobile": "022-24532093", "mail": "w@"})
    assert wrong.status_code == 422 and "这是固定电话" in wrong.text and "邮箱地址不完整" in wrong.text
    assert 'value="王某某"' in wrong.text  # what was typed stays
    assert "联络员已登记" in follow(department, department.post(address, data=PERSON))
    assert "没有改变什么" in follow(department, department.post(address, data=PERSON))
    shown = follow(department, department.post(address, data=PERSON | {"name": "李某", "mobile": "13900002222"}))
    assert 'value="13900002222"' in shown and "138****1111" in shown and "13800001111" not in shown
    kept = statement("SELECT unit, version, name, mobile, landline, extension FROM liaisons ORDER BY version")
    assert [(each["version"], each["name"]) for each in kept] == [(1, "王某某"), (2, "李某")]
    assert kept[0]["mobile"] == "+8613800001111" and (kept[0]["landline"], kept[0]["extension"]) == ("+862224532093", "801")
    trail = statement("SELECT detail FROM audit_trail WHERE action = 'liaison_named' ORDER BY id")
    assert [each["detail"] for each in trail] == [{"unit": UNIT, "version": 1}, {"unit": UNIT, "version": 2}]


def test_stages_have_persons_of_their_own_and_an_earlier_one_is_offered_to_be_confirmed(department: Browser, ids: dict[str, int]) -> None:
    department.post(f"/submitter/liaison/{ids['2021']}", data=PERSON)
    second = department.get(f"/submitter/liaison?stage={ids['2022']}").text
    assert "下面是其他阶段登记的联络员" in second and 'value="13800001111"' in second and "未登记" in second
    follow(department, department.post(f"/submitter/liaison/{ids['2022']}", data=PERSON | {"came_by": "carried_over"}))
    assert statement("SELECT stage_id, version, came_by FROM liaisons ORDER BY id") == [
        {"stage_id": ids["2021"], "version": 1, "came_by": "form"},
        {"stage_id": ids["2022"], "version": 1, "came_by": "carried_over"},
    ]


def test_the_published_sheet_comes_empty_and_a_filled_one_fills_the_form_without_saving(department: Browser, ids: dict[str, int]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(department.get("/submitter/liaison/sheet").content))
    page: Any = book.active
    assert UNIT in str(page["A2"].value)
    page["B4"], page["C4"], page["E4"] = "王某某", "登记处", "手机：13800001111\n座机：24532093"
    filled = io.BytesIO()
    book.save(filled)
    address = f"/submitter/liaison/{ids['2021']}/sheet"
    shown = department.post(address, files={"file": ("联络员.xlsx", filled.getvalue())}).text
    assert 'value="王某某"' in shown and 'value="13800001111"' in shown and "请核对后按" in shown
    assert statement("SELECT count(*) FROM liaisons") == [{"count": 0}]
    assert "没有找到联络员信息表" in department.post(address, files={"file": ("名单.xlsx", workbook([row(1)]))}).text
    assert "没有选择文件" in department.post(address).text


def test_without_a_person_an_upload_is_warned_and_where_the_study_requires_one_refused(department: Browser, ids: dict[str, int]) -> None:
    address = f"/submitter/populations/{ids['4-1']}"
    assert "本单位还没有登记这个阶段的联络员：请尽快登记" in department.get(address).text
    answer = department.post(f"{address}/lists", files=[("files", ("a.xlsx", workbook([row(1)])))])
    assert "本单位还没有登记" in follow(department, answer)
    statement("""UPDATE studies SET settings = settings || '{"intake": {"liaison": "required"}}'""")
    refused = department.post(f"{address}/lists", files=[("files", ("b.xlsx", workbook([row(2)])))])
    assert refused.status_code == 422 and "请先在“联络员”页登记" in refused.text
    assert "登记之前不能报送名单" in department.get("/submitter").text
    department.post(f"/submitter/liaison/{ids['2021']}", data=PERSON)
    answer = department.post(f"{address}/lists", files=[("files", ("b.xlsx", workbook([row(2)])))])
    assert "本单位还没有登记" not in follow(department, answer)


def test_a_supervisor_sees_who_is_missing_masked_and_each_opening_is_on_record(
    department: Browser, ids: dict[str, int], client_for: Callable[..., Browser]
) -> None:
    supervisor = client_for("supervisor")
    department.post(f"/submitter/liaison/{ids['2021']}", data=PERSON)
    with transaction() as session:
        submit(session, ids["4-1"], [row(1)], "东丽区市场监管局")
    shown = supervisor.get("/supervisor/deliveries/liaisons").text
    assert "138****1111" in shown and "王**" in shown and "13800001111" not in shown and "王某某" not in shown
    assert "已报名单，未登记" in shown and "已登记 1 个单位" in shown
    assert "138****1111" not in supervisor.get("/supervisor/deliveries/liaisons?missing=1").text
    opened = supervisor.get("/supervisor/deliveries/liaisons/1").text
    assert "13800001111" in opened and "022-24532093转801" in opened and "王某某" in opened
    trail = statement("SELECT actor_id, subject_id, detail FROM audit_trail WHERE action = 'liaison_opened'")
    assert supervisor.user and trail == [{"actor_id": supervisor.user.id, "subject_id": "1", "detail": {"unit": UNIT, "version": 1}}]
    receipt = supervisor.get("/submitter/submissions/1").text
    assert "报送单位还没有登记这个阶段的联络员" in receipt


def test_a_supervisor_enters_a_person_for_a_unit_that_sent_its_sheet_by_mail(
    ids: dict[str, int], client_for: Callable[..., Browser]
) -> None:
    supervisor = client_for("supervisor")
    text = "单位名称:,天津市税务局\n,姓名,处室,职务,联系电话,邮箱\n联络员,王某某,,,13800001111,\n"
    address = f"/supervisor/deliveries/liaisons/{ids['2021']}"
    filled = supervisor.post(f"{address}/sheet", files={"file": ("a.csv", text.encode())}).text
    assert 'value="天津市税务局"' in filled and 'value="13800001111"' in filled
    nobody = supervisor.post(address, data=PERSON | {"unit": "市某局"})
    assert nobody.status_code == 422 and "没有名为“市某局”的单位" in nobody.text
    follow(supervisor, supervisor.post(address, data=PERSON | {"unit": "天津市税务局", "came_by": "sheet"}))
    assert statement("SELECT unit, came_by FROM liaisons") == [{"unit": "市税务局", "came_by": "sheet"}]
    unit = client_for(make_user("submitter", unit="市税务局"))
    assert 'value="王某某"' in unit.get("/submitter/liaison").text
    assert 'value="王某某"' not in client_for(make_user("submitter", unit="市水务局")).get("/submitter/liaison").text
