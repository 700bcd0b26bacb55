"""Who owes which list: the supervisor's matrix, the windows and their extensions, and what a unit sees of its own."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from callcenter.cli import main
from callcenter.db.engine import statement, transaction
from callcenter.studies import queries as studies
from tests.factories.lists import row, submit
from tests.factories.people import Browser, make_user
from tests.factories.studies import make_study

pytestmark = pytest.mark.usefixtures("database_url", "field_time")
SEAL, EXPRESS = "4-1", "5-1"


@pytest.fixture
def ids(database_url: str, field_time: Any) -> dict[str, int]:
    """Populations by code, `stage` and `intake` of the first stage of the study on its true dates: its window is over."""
    with transaction() as session:
        stage = studies.stages(session, make_study(session).id or 0)[0]
        found = {each.code: each.id or 0 for each in studies.populations(session, stage.id or 0)}
        intake = next(phase for phase in studies.phases(session, stage.id or 0) if phase.kind == "intake")
        return found | {"stage": stage.id or 0, "intake": intake.id or 0}


@pytest.fixture
def supervisor(client_for: Callable[..., Browser]) -> Browser:
    return client_for("supervisor")


def send(population_id: int, department: str, number: int = 1, **changes: Any) -> None:
    with transaction() as session:
        submit(session, population_id, [row(number, **changes)], department)


def table(supervisor: Browser, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(supervisor.get(f"/supervisor/deliveries/table?{query}").content.decode("utf-8-sig"))))


def test_the_matrix_shows_each_unit_by_what_its_lists_come_to_and_leads_to_the_receipts(
    supervisor: Browser, ids: dict[str, int], field_time: Any
) -> None:
    field_time.set(field_time().replace(month=5, day=30))
    send(ids[SEAL], "市市场监管委")
    send(ids[EXPRESS], "天津市市场监管委", phone="")  # nothing usable
    send(ids["6-1"], "东丽区住建委", 3)
    field_time.set(field_time().replace(month=6, day=2))
    send(ids["7-1"], "市住房城乡建设委", 4)  # taken at the desk after the window
    lines = {(line["样本总体"], line["单位"]): line for line in table(supervisor)}
    assert lines[SEAL, "市市场监管委"]["状态"] == "已报送" and lines[SEAL, "市市场监管委"]["收到时间"].startswith("2022-05-30")
    assert lines[EXPRESS, "市市场监管委"]["状态"] == "没有可用的行"
    assert lines["6-1", "市住房城乡建设委"]["状态"] == "逾期未报" and lines["7-1", "市住房城乡建设委"]["状态"] == "迟到"
    assert (lines["6-1", "东丽区"]["牵头或配合"], lines["6-1", "东丽区"]["应报"], lines["6-1", "东丽区"]["采用"]) == ("配合", "0", "1")
    assert lines["6-1", "和平区"]["状态"] == "" and ("6-1", "等有关单位") not in lines
    for view in ("items", "units", "matrix"):
        shown = supervisor.get(f"/supervisor/deliveries?view={view}&topic=1").text
        assert "市市场监管委" in shown and "市住房城乡建设委" not in shown.split("</form>", 3)[-1]
    cell = supervisor.get(f"/supervisor/deliveries/cell?population={ids['6-1']}&unit=东丽区").text
    assert "东丽区住建委" in cell and "/submitter/submissions/3" in cell and "可以不报" in cell
    assert statement("SELECT count(*) FROM audit_trail WHERE action = 'deliveries_fetched'") == [{"count": 1}]


def test_filters_choose_and_their_totals_agree_with_the_table(supervisor: Browser, ids: dict[str, int]) -> None:
    still_open = table(supervisor, "open=1")
    assert still_open and {line["状态"] for line in still_open} == {"逾期未报"}
    assert {line["单位"] for line in table(supervisor, "unit=市税务局&open=1")} == {"市税务局"}
    assert {line["任务号"] for line in table(supervisor, "item=6")} == {"6"}
    shown = supervisor.get("/supervisor/deliveries?open=1").text
    assert f'<div class="stat-value">{len(still_open)}</div>' in shown
    assert "没有符合条件的报送" in supervisor.get("/supervisor/deliveries?item=4&state=late").text
    assert supervisor.get("/supervisor/deliveries?topic=x&item=9999999999&stage=77&view=nonsense").status_code == 200


def test_stages_do_not_mix(supervisor: Browser, ids: dict[str, int]) -> None:
    send(ids[SEAL], "市市场监管委")
    second = statement("SELECT id FROM stages WHERE name = '2022'")[0]["id"]
    assert "这个阶段的清单还没有载入" in supervisor.get(f"/supervisor/deliveries?stage={second}").text
    assert table(supervisor, f"stage={second}") == []


def test_a_window_is_extended_with_a_reason_for_all_or_for_one_unit_and_every_change_is_on_record(
    supervisor: Browser, ids: dict[str, int], client_for: Callable[..., Browser]
) -> None:
    address = f"/supervisor/deliveries/windows/{ids['intake']}"
    for given, said in (
        ({"last_day": "2022-06-03", "reason": " "}, "请写明调整日期的原因"),
        ({"last_day": "3.6.", "reason": "系统故障"}, "读不懂"),
        ({"last_day": "2022-05-01", "reason": "系统故障"}, "早于开始日期"),
        ({"last_day": "2022-06-03", "reason": "系统故障", "unit": "市场监管"}, "没有名为“市场监管”的单位"),
    ):
        refused = supervisor.post(address, data=given)
        assert refused.status_code == 422 and said in refused.text
    assert supervisor.post(address, data={"last_day": "2022-06-03", "reason": "系统故障", "unit": "东丽区"}).status_code == 303
    assert supervisor.post(address, data={"last_day": "2022-06-02", "reason": "假期"}).status_code == 303
    shown = supervisor.get("/supervisor/deliveries/windows").text
    assert "2022-05-31" in shown and "2022-06-02" in shown and "系统故障" in shown and "假期" in shown
    assert supervisor.user and shown.count(supervisor.user.name) > 2
    district = client_for(make_user("submitter", unit="东丽区住建委")).get("/submitter").text
    assert "只为本单位延期" in district and "2022-06-03" in district
    assert "（已延期，原定 2022-05-31" in client_for(make_user("submitter", unit="市税务局")).get("/submitter").text


def test_a_unit_sees_what_it_owes_until_when_whom_to_call_and_what_its_district_sent(
    ids: dict[str, int], client_for: Callable[..., Browser]
) -> None:
    send(ids["6-1"], "东丽区住建委", 3)
    send(ids[SEAL], "市市场监管委")
    lead = client_for(make_user("submitter", unit="天津市市场监管委")).get("/submitter").text
    assert "牵头" in lead and "27509186" in lead and "逾期未报" in lead and "2022-05-31" in lead
    other = client_for(make_user("submitter", unit="东丽区发改委")).get("/submitter").text
    assert "本单位的名单计入东丽区" in other and "另有 东丽区住建委 报送" in other
    assert "/submitter/submissions/" not in other  # another department's receipt stays its own


def test_the_command_prints_what_is_open_and_with_all_what_has_come(
    ids: dict[str, int], database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    send(ids[SEAL], "市市场监管委")
    asked = ["lists", "due", "--study", "tianjin-2022"]
    assert main([*asked, "--unit", "天津市市场监管委", "--json"]) == 0
    still_open = json.loads(capsys.readouterr().out)
    assert SEAL not in {line["population"] for line in still_open} and {line["unit"] for line in still_open} == {"市市场监管委"}
    assert {(line["state"], line["until"], line["hotline"], line["open"]) for line in still_open if line["population"] == EXPRESS} == {
        ("overdue", "2022-05-31", "27509186", True)
    }
    assert main([*asked, "--stage", "2021", "--unit", "东丽区市场监管局", "--all", "--json"]) == 0
    district = {line["population"]: line for line in json.loads(capsys.readouterr().out)}
    assert (district["6-1"]["unit"], district["6-1"]["part"], district["6-1"]["owed"]) == ("东丽区", "responsible", False)
    assert main([*asked, "--unit", "市市场监管局"]) == 1
    refused = capsys.readouterr().err
    assert "没有单位“市市场监管局”" in refused and "市市场监管委" in refused
    assert main([*asked, "--stage", "2022"]) == 0 and "没有未到的报送" in capsys.readouterr().out
    assert main([*asked, "--stage", "2023"]) == 1 and "没有名为 2023 的阶段" in capsys.readouterr().err
