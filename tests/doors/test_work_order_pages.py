"""Work orders from the sheet that came in to what is found in them and how long the matters took."""

import csv
import json
import math
from collections.abc import Callable
from datetime import date

import pytest

from callcenter.cli import main
from callcenter.db.engine import statement, transaction
from callcenter.lists import actions, queries
from callcenter.lists.orders.durations import WORKING, days_of
from callcenter.studies import actions as studies
from callcenter.studies.queries import work_calendar
from tests.conftest import FieldTime
from tests.factories.lists import row, submit, work_order_sheet, workbook
from tests.factories.people import Browser, make_user
from tests.factories.studies import demo_population, make_study

ROWS = [
    {"order": "GD1", "stages": [("2022-05-23", "2022-05-25", 2), ("2022-05-25", "2022-05-26", 1)], "total": 3},
    {"order": "GD2", "enterprise": 1, "stages": [("2022-05-27", "2022-05-30", 3), ("", "", "")], "total": 3},  # the same enterprise again
    {"order": "GD3", "stages": [("2022-05-25", "2022-05-24", 1), ("2022-05-25", "2022-07-01", 37)], "total": 40, "district": "河西区"},
    {"order": "GD4", "phone": "没有", "stages": [("2022-05-01", "2022-05-31", 30), ("", "", "")], "total": 30},  # rejected
]
UNIT = "国网天津市电力公司"


@pytest.fixture
def population_id(database_url: str, field_time: FieldTime) -> int:
    with transaction() as session:
        population = demo_population(session, make_study(session), "28-1")
        assert population.id is not None
        sheet = work_order_sheet(ROWS, stages=2)
        submit(session, population.id, [], UNIT, file_name="工单.xlsx", data=sheet)
        return population.id


def test_what_is_found_stands_on_the_receipt_and_the_days_beside_the_promise(
    population_id: int,
    client_for: Callable[..., Browser],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (submission,) = statement("SELECT id FROM submissions")
    receipt = f"/submitter/submissions/{submission['id']}"
    theirs = client_for(make_user("submitter", unit=UNIT))
    page = theirs.get(receipt).text
    assert "工单环节核对" in page and "4 个工单中有 1 个有疑点" in page and "完成早于开始" in page
    one = theirs.get(f"{receipt}/orders?finding=future_date").text
    assert "环节2的时间 2022-07-01 晚于核对日 2022-06-02" in one and "GD3" in one and "GD1" not in one
    assert "没有符合条件的工单" in theirs.get(f"{receipt}/orders?finding=gap_between_stages").text
    assert client_for(make_user("submitter", unit="别的单位")).get(f"{receipt}/orders").status_code == 404

    evaluator, here = client_for("evaluator"), f"/work-orders/{population_id}"
    assert here in evaluator.get("/work-orders").text
    shown = evaluator.get(here).text
    assert (
        "低压平均≤3工作日" in shown and "各环节工作日之和：平均 2.00 天，中位数 2.00 天；100.0 %，2/2 在承诺“低压平均≤3工作日”之内" in shown
    )
    figure = evaluator.get(f"{here}/chart?measure=written&by=by_district").json()
    assert figure["data"][0]["x"] == ["东丽区", "河西区"] and figure["data"][0]["median"] == [3, 38]
    lines = list(csv.DictReader(evaluator.get(f"{here}/days.csv").content.decode("utf-8-sig").splitlines()))
    (whole,) = [line for line in lines if (line["group"], line["measure"]) == ("all", "written")]
    assert (whole["n"], float(whole["mean"]), whole["within 低压平均≤3工作日"]) == ("3", pytest.approx(44 / 3), "2")
    assert client_for("operator").get(here).status_code == 403
    assert f'href="{here}"' in client_for("supervisor").get(f"/supervisor/lists/{population_id}").text

    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    told = _told(capsys, "--json")
    assert json.loads(told)["overall"]["calendar"]["n"] == 2 and json.loads(told)["by_department"].keys() == {UNIT}
    assert "低压平均≤3工作日 100.0%" in _told(capsys)
    assert main(["lists", "order-days", "--study", "tianjin-2022", "--population", "28-2"]) == 1
    assert "还没有收到工单" in capsys.readouterr().err


def _told(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert main(["lists", "order-days", "--study", "tianjin-2022", "--population", "2021/28-1", *options]) == 0
    return capsys.readouterr().out


def test_days_follow_the_calendar_and_only_lists_that_count(population_id: int) -> None:
    with transaction() as session:
        orders = queries.timed_orders(session, population_id)
        assert [order.days for order in orders] == [3, 3, 38]
        before = [days_of(order, work_calendar(session))[WORKING] for order in orders]
        studies.set_calendar_day(session, date(2022, 5, 25), "day_off", name="停电检修", source="通知", user_id=None)
        after = [days_of(order, work_calendar(session))[WORKING] for order in orders]
        assert (before[:2], after[:2]) == ([3, 1], [2, 1]) and before[2] is None
        assert math.isclose(sum(order.days or 0 for order in orders), 44)
        actions.submit(session, population_id=population_id, department=UNIT, user_id=None, file_name="名单.xlsx", data=workbook([row(7)]))
        assert queries.timed_orders(session, population_id) == []  # replaced by a list without work orders
        assert queries.populations_with_orders(session) == {}
    (counted,) = statement("SELECT count(*) AS n FROM work_orders")
    assert counted["n"] == 4
