"""What evaluators conclude of items: two persons, a history, a detail table and a report, a stage frozen; identities and their end."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from sqlalchemy import text

from callcenter.cli import main
from callcenter.db.engine import statement, transaction
from callcenter.exports import package
from callcenter.exports.actions import identities
from callcenter.exports.stage import checksum
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
from tests.conftest import FieldTime
from tests.factories.at_once import beside
from tests.factories.field_work import make_worked_sample
from tests.factories.people import Browser, make_user
from tests.factories.sampling import MOMENT, insert

CODES = {"和平区": ["1.1"] * 6 + ["4.80", "3.13", "2.112"], "河西区": ["1.1"] * 7 + [""]}


def worked() -> tuple[int, int, int]:
    """Stage, number of the item, population."""
    with transaction() as session:
        frame = make_worked_sample(session, CODES).drawn.frame
        found = session.execute(text("SELECT number FROM checklist_items")).scalar_one()
        return frame.stage_id, int(found), frame.population_id


def promised() -> None:
    """A promise to which the question of days is held."""
    asked = "jsonb_set(definition, '{survey,2}', definition->'survey'->2 || CAST(:about AS jsonb))"
    with transaction() as session:
        session.execute(text(f"UPDATE questionnaires SET definition = {asked}"), {"about": '{"standard": "办结", "measure": "workdays"}'})
        session.execute(
            text(
                "INSERT INTO declared_standards (study_id, document, year, area, item_number, subject, measure, operator, value, unit, "
                "condition) SELECT g.study_id, '清单', 2021, '天津市', c.number, '办结', 'workdays', '<=', '9', '工作日', '' "
                "FROM checklist_items c JOIN stages g ON g.id = c.stage_id"
            )
        )


def sent_twice(browser: Browser, item: str, said: dict[str, str]) -> None:
    """Two clicks at once: one conclusion."""
    with transaction() as session:
        session.execute(text("SELECT id FROM checklist_items FOR NO KEY UPDATE"))
        twice = [beside(lambda: browser.post(item, data=said)) for _ in range(2)]
    assert [one.result().status_code for one in twice] == [303, 303]
    assert statement("SELECT version FROM conclusions") == [{"version": 1}]


def test_a_conclusion_needs_two_persons_and_goes_into_table_and_report(
    client_for: Callable[..., Browser], database_url: str, field_time: FieldTime
) -> None:
    stage, number, population = worked()
    promised()
    with transaction() as session:
        of = session.execute(text("SELECT id FROM checklist_items")).scalar_one()
        about = {"code": "4-9", "position": 9, "title": "没有抽样的", "respondents": "enterprises", "settings": {}}
        never = insert(session, "populations", stage_id=stage, item_id=of, **about)
    first, second = client_for("evaluator"), client_for("evaluator")
    page = f"/evaluator/stages/{stage}"
    item = f"{page}/items/{number}"
    assert "没有抽样的" in (shown := first.get(item).text) and f"/populations/{never}" not in shown
    assert f'href="/evaluator/populations/{population}"' in shown
    assert "尚无结论" in first.get(page).text
    assert first.post(item, data={"conclusion": "partly", "reason": " "}).status_code == 422
    sent_twice(first, item, {"conclusion": "partly", "reason": "=部分企业\r\n没有收到", "evidence": "名单"})
    assert first.post(f"{item}/confirm", data={"version": "1"}).status_code == 403
    assert "待复核 1" in (listed := second.get(page).text) and "部分落实，待复核" in listed and "部分落实 0" in listed
    assert second.post(f"{item}/confirm", data={"version": "1"}).status_code == 303
    assert all('<span class="badge warning">部分落实</span>' in first.get(at).text for at in (page, item)), "signed, yet no success"
    assert second.post(f"{item}/confirm", data={"version": "1"}).status_code == 409
    assert second.post(item, data={"conclusion": "carried_out", "reason": "补充核验"}).status_code == 303
    assert "历次结论" in (shown := first.get(item).text) and "签字之前，第 1 版仍然有效" in shown
    assert all('<span class="badge warning">部分落实</span>' in first.get(at).text for at in (page, item)), (
        "in force until the next is signed"
    )
    assert "部分落实 1" in (listed := first.get(page).text) and "落实，待复核" in listed and "待复核 1" in listed
    assert first.post(f"{page}/documents", data={"keep": "1"}).status_code == 422
    assert 'id="p-freeze"' in first.post(f"{page}/documents", data={"keep": "1", "freeze": " "}).text, "said in the form"
    blank = first.post(item, data={"conclusion": "partly", "reason": "  ", "evidence": "工单 7"})
    assert blank.status_code == 422 and "请写明理由" in blank.text and "工单 7" in blank.text, "what was typed stays"
    assert "补充核验</textarea>" in second.get(item).text, "a further version begins with the one that stands"
    second.post("/language", data={"language": "en", "next": item})
    assert ">Partly carried out</option>" in (english := second.get(item).text) and ">部分落实<" not in english
    assert "To be confirmed" in english and "Carried out, to be confirmed" in english
    second.post("/language", data={"language": "zh", "next": item})
    pressed_enter = first.get(page).text.split('name="freeze"')[0].rsplit("<form", 1)[1]
    assert 'name="keep" value="1"' in pressed_enter, "Enter behind a reason freezes"
    assert first.post(f"{page}/documents", data={"keep": "1", "freeze": "定稿"}).status_code == 303
    assert Worker(database_url, "w", HANDLERS).run_one()
    assert statement("SELECT error FROM jobs") == [{"error": None}]
    (frozen,) = statement("SELECT checksum, state FROM stage_freezes")
    assert checksum(frozen["state"]) == frozen["checksum"]
    assert frozen["checksum"] in first.get(page).text
    (address,) = re.findall(rf"{page}/freezes/\d+", first.get(page).text)
    assert hashlib.sha256(first.get(address).content).hexdigest() == frozen["checksum"], "whoever has the state can check it"
    assert first.get(f"{page}/freezes/999").status_code == 404
    table_tells_both(first.get(f"{page}/documents/detail-table.xlsx").content)
    assert "办结≤9工作日" in first.get(f"/evaluator/populations/{population}/promises").text
    report_is_readable(first.get(f"{page}/documents/report.docx").content, frozen["checksum"])
    assert client_for("commissioner").get(page).status_code == 403


def table_tells_both(data: bytes) -> None:
    """The conclusion that two persons signed, and beside it the one that waits."""
    table = openpyxl.load_workbook(io.BytesIO(data))["落实明细表"]
    head = [cell.value for cell in table[2]]
    row = dict(zip(head, (cell.value for cell in table[3]), strict=True))
    assert (row["抽样框"], row["已释放"], row["有效样本"]) == (51, 17, 13)
    assert (row["结论"], str(row["理由"]).lstrip("'")) == ("部分落实", "=部分企业\n没有收到"), (
        "what two persons signed stays in force; no _x000D_"
    )
    assert "第 2 版 落实" in str(row["待复核"]) and "补充核验" in str(row["待复核"]) and not row["历次结论"]
    assert str(row["对照承诺"]).startswith("4-1 办结≤9工作日：兑现；回答平均 ")


def report_is_readable(data: bytes, traced_to: str) -> None:
    document = docx.Document(io.BytesIO(data))
    headings = [each.text for each in document.paragraphs if each.style is not None and each.style.name == "Heading 1"]
    assert headings[0] == "1. 任务落实结论"
    assert headings[10:] == ["11. 来源与核对"]
    whole = "\n".join(each.text for each in document.paragraphs)
    assert traced_to in whole and "还有个案没有最终处置代码" in whole
    hashes = [cell.text for table in document.tables for cell in table.rows[-1].cells if len(cell.text) == 64]
    assert hashes == [row["sha256"] for row in statement("SELECT f.sha256 FROM frames f UNION ALL SELECT sha256 FROM designs")]
    paper = document.sections[0]
    assert (paper.page_width.mm, paper.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    assert "PAGE" in paper.footer._element.xml
    assert "两人签字的结论 1 项（其中 1 项另有新的一版待复核），只有待复核的结论 0 项，尚无结论 0 项" in whole
    assert [cell.text for cell in document.tables[0].rows[1].cells][2:] == ["部分落实", "=部分企业\n没有收到", "第 2 版 落实：补充核验"]
    assert "平均 3" in whole or "几个工作日办结？：平均" in whole
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        charts = [name for name in opened.namelist() if name.startswith("word/charts/chart") and name.endswith(".xml")]
        assert len(charts) >= 2
        assert 'typeface="Microsoft YaHei"' in opened.read(charts[0]).decode()
        assert 'w:eastAsia="Microsoft YaHei"' in opened.read("word/styles.xml").decode()
        assert {entry.date_time[0] for entry in opened.infolist()} == {1980}


def names_beside(population: int) -> None:
    """Rows of other rooms that name an enterprise."""
    with transaction() as session:
        about = {
            "study": session.execute(text("SELECT id FROM studies")).scalar_one(),
            "stage": session.execute(text("SELECT id FROM stages")).scalar_one(),
            "case": session.execute(text("SELECT min(id) FROM cases")).scalar_one(),
            "user": session.execute(text("SELECT min(id) FROM users")).scalar_one(),
        }
        said = "天津第一公司"
        insert(
            session,
            "incoming_calls",
            study_id=about["study"],
            line="96599966",
            caller="+8613800000001",
            call_sid="CAin",
            known=True,
            came_at=MOMENT,
            heard_at=MOMENT,
            state="ended",
            note=said,
        )
        task = {
            "population_id": population,
            "case_id": about["case"],
            "question": "days",
            "opened_at": MOMENT,
            "note": said,
            "state": "open",
        }
        insert(session, "verification_tasks", told={"order_number": said}, **task)
        record = {"stage_id": about["stage"], "case_id": about["case"], "kind": "visit", "day": MOMENT.date(), "opened_at": MOMENT}
        insert(session, "other_records", speaker=said, subject=said, handling=said, opened_by=about["user"], **record)


def tables_that_name(texts: list[str]) -> dict[str, int]:
    """Tables of the database in which a row still holds one of these texts."""
    tables = [row["table_name"] for row in statement("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")]
    counted = {
        table: int(statement(f'SELECT count(*) AS n FROM "{table}" t WHERE t::text ~ %(texts)s', {"texts": "|".join(texts)})[0]["n"])
        for table in tables
    }
    return {table: n for table, n in counted.items() if n}


def test_identities_leave_only_by_a_named_right_and_end_by_the_studys_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str, field_time: FieldTime
) -> None:
    population = worked()[2]
    for role in ("evaluator", "administrator"):
        make_user(role, username=role)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    make = ["export", "make", "trial", "--format", "csv", "--out"]
    asked = ["--identities-for", "evaluator", "--reason", "现场核验"]
    assert main([*make, str(tmp_path / "no"), *asked]) == 1
    assert main(["export", "grant", "trial", "evaluator", "--by", "evaluator", "--reason", "我要"]) == 1
    assert main(["export", "grant", "trial", "evaluator", "--by", "administrator", "--reason", "现场核验"]) == 0
    assert "evaluator 在 2022-06-09 10:00（东八区）之前" in capsys.readouterr().out
    assert main([*make, str(tmp_path / "named"), *asked]) == 0
    assert "天津第" in (tmp_path / "named" / "identities.csv").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "named" / "manifest.json").read_text(encoding="utf-8"))["identities"]["reason"] == "现场核验"
    (logged,) = statement("SELECT subject_kind, subject_id, detail, reason FROM audit_trail WHERE action = 'identities_exported'")
    manifest = json.loads((tmp_path / "named" / "manifest.json").read_text(encoding="utf-8"))
    rows = (tmp_path / "named" / "identities.csv").read_text(encoding="utf-8-sig").count("\n") - 1
    assert logged["reason"] == "现场核验" and (logged["subject_kind"], logged["subject_id"]) == ("population", str(population))
    assert logged["detail"] == {"grant": 1, "rows": rows, "seal": manifest["seal"]} and rows == manifest["identities"]["rows"] > 0
    take_back = ["export", "revoke", "trial", "evaluator", "--reason", "核验已完成", "--by"]
    assert main([*take_back, "evaluator"]) == 1
    assert main([*take_back, "administrator"]) == 0
    assert "收回 1 项授权" in capsys.readouterr().out
    assert main([*make, str(tmp_path / "revoked"), *asked]) == 1
    assert not (tmp_path / "revoked").exists()
    before = (tmp_path / "named" / "answers_wide.csv").read_bytes()
    names_beside(population)
    assert {"cases", "case_numbers", "incoming_calls", "verification_tasks", "other_records"} < set(tables_that_name(["天津第", "138000"]))
    with transaction() as session:
        rule = "jsonb_build_object('retention', jsonb_build_object('identities_days', 1))"
        session.execute(text(f"UPDATE studies SET is_demo = false, settings = {rule}"))
        session.execute(
            text(
                "INSERT INTO phases (stage_id, kind, title, description, first_day, last_day, scheduled_last_day) "
                "SELECT id, 'reporting', '报告', '', '2022-05-01', '2022-06-01', '2022-06-01' FROM stages"
            )
        )
        assert identities.detach_due(session) == 0
        field_time.set(field_time() + timedelta(days=2))
        assert identities.detach_due(session) == 1
        assert identities.detach_due(session) == 0
    assert tables_that_name(["天津第", "138000"]) == {}
    names = "SELECT (SELECT count(*) FROM cases WHERE phones <> '[]' OR enterprise_name NOT LIKE '（%') + "
    names += "(SELECT count(*) FROM frame_units WHERE name LIKE '天津%') + (SELECT count(*) FROM attempts WHERE phone <> '') AS n"
    assert statement(names) == [{"n": 0}]
    assert main([*make, str(tmp_path / "after"), *asked]) == 1
    assert main([*make, str(tmp_path / "after")]) == 0
    assert (tmp_path / "after" / "answers_wide.csv").read_bytes() == before
    assert package.verify_at(tmp_path / "after") > 10
    assert json.loads((tmp_path / "after" / "manifest.json").read_text(encoding="utf-8"))["identities"] == "detached"
