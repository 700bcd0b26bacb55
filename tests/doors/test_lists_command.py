"""`callcenter lists`: pure where it can be, one JSON document where asked."""

import csv
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from callcenter.cli import main
from callcenter.db.engine import transaction
from callcenter.lists.verdicts import check
from tests.factories.lists import row, workbook
from tests.factories.studies import make_study

EXAMPLES = Path(__file__).parents[1] / "golden" / "lists"


def test_check_writes_rows_and_prints_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rows.csv"
    assert main(["lists", "check", str(EXAMPLES / "p09_workorders_3.xlsx"), "--rows", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((EXAMPLES / "p09_workorders_3.totals.json").read_text("utf-8"))
    assert out.read_text("utf-8") == (EXAMPLES / "p09_workorders_3.expected.csv").read_text("utf-8")


def test_check_says_in_words_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lists", "check", str(EXAMPLES / "p01_template.xlsx")]) == 0
    said = capsys.readouterr().out
    assert "共 58 行" in said
    assert "没有名单的工作表：Sheet2、Sheet3" in said


def test_a_refused_file_ends_with_one_and_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lists", "check", str(EXAMPLES / "r01_html.xls"), "--json"]) == 1
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert (told["refused"], told["why"]) == (True, "unsupported")
    assert "网页" in shown.err
    assert "Traceback" not in shown.err


def test_a_missing_file_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lists", "check", "不存在.xlsx"]) == 2
    assert "不存在.xlsx" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "p01_template.xlsx",
        "p03_codes_districts.xlsx",
        "p04_several_sheets.xlsx",
        "p06_utf8_bom.csv",
        "p07_legacy.xls",
        "p09_workorders_3.xlsx",
    ],
)
def test_a_receipt_can_be_mended_and_sent_again(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = tmp_path / "回执.xlsx"
    assert main(["lists", "check", str(EXAMPLES / name), "--receipt", str(receipt)]) == 0
    capsys.readouterr()
    before, after = check((EXAMPLES / name).read_bytes()), check(receipt.read_bytes())
    assert [(r.name, r.verdict, r.reasons, r.phones) for r in after.rows] == [(r.name, r.verdict, r.reasons, r.phones) for r in before.rows]


def test_a_receipt_never_runs_what_a_cell_holds(tmp_path: Path) -> None:
    dangerous = '=HYPERLINK("http://example.invalid","点")'
    sent, receipt = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    sent.write_bytes(workbook([row(1, remark=dangerous, contact="@SUM(1)")]))
    assert main(["lists", "check", str(sent), "--receipt", str(receipt)]) == 0
    with ZipFile(receipt) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)
    rows = CalamineWorkbook.from_path(receipt).get_sheet_by_index(1).to_python()
    assert rows[1][0] == "采用"
    assert dangerous in rows[1]


def test_a_template_is_a_list_without_rows(tmp_path: Path) -> None:
    out = tmp_path / "空表.xlsx"
    assert main(["lists", "template", str(out), "--department", "市税务局", "--extra", "报装渠道"]) == 0
    sheet = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert sheet[2][-2:] == ["报装渠道", "备注"]
    assert check(out.read_bytes()).totals["rows"] == 0


def test_rows_are_plain_csv(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    assert main(["lists", "check", str(EXAMPLES / "p06_utf8_bom.csv"), "--rows", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as table:
        assert next(csv.reader(table))[:3] == ["sheet", "source_row", "enterprise_name"]


def test_orders_tells_each_finding_and_writes_a_line_a_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, sheet = tmp_path / "stages.csv", str(EXAMPLES / "p09_workorders_3.xlsx")
    assert main(["lists", "orders", sheet, "--rows", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["orders"], told["counts_in"]) == (53, "calendar")
    one = next(found for found in told["rows"] if found["finding"] == "length_differs")
    assert (one["source_row"], one["stage"], one["values"]) == (26, 3, {"written": "6", "calendar": "7", "working": "5"})
    lines = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert len({line["source_row"] for line in lines}) == told["orders"]
    assert sum(line["stage"] != "total" for line in lines) == told["stages"]
    assert main(["lists", "orders", sheet]) == 0
    assert "第 26 行 GD2022001147：环节3填写 6 天" in capsys.readouterr().out


def test_orders_of_a_list_without_work_orders_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lists", "orders", str(EXAMPLES / "p01_template.xlsx"), "--json"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["why"] == "no_work_orders" and "工单号" in shown.err
    assert main(["lists", "orders", str(EXAMPLES / "r01_html.xls"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["why"] == "unsupported"


def test_what_is_stated_with_a_list_is_held_against_it(
    database_url: str, field_time: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "only-for-tests-0123456789-abcdefghij")
    monkeypatch.chdir(tmp_path)
    with transaction() as session:
        make_study(session)
    file = tmp_path / "名单.xlsx"
    file.write_bytes(workbook([row(1), row(2, matter="2022年7月报装"), row(3, phone="")]))
    given = ["lists", "submit", str(file), "--study", "tianjin-2022", "--population", "2021/35-1", "--department", "市水务局"]
    assert main([*given, "--stated-total", "800", "--policy-month", "2021年6月", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["accepted"], told["rejected"]) == (3, 2, 1)
    assert told["findings"]["lacking"] == ["报装渠道"]
    assert told["findings"]["outside_period"] == 1
    assert told["findings"]["doubts"] == ["lacking", "far_below"]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "没有改变什么" in said and "共 3 行：采用 2，重复 0，退回 1。" in said and "填报的总体总数是 800，收到的只有 3 行" in said
    assert main([*given, "--policy-month", "去年夏天"]) == 1
    capsys.readouterr()
    assert main(["lists", "receipts", "--study", "tianjin-2022"]) == 0 and "有效" in capsys.readouterr().out
    stranger = [*given[:-1], "市水务居"]
    assert main(stranger) == 0 and "没有单位“市水务居”（名称相近的有：市水务局" in capsys.readouterr().err
    assert main([*stranger, "--new-unit"]) == 0 and capsys.readouterr().err == ""
    assert main([*given[:-1], "东丽区水务局"]) == 0 and capsys.readouterr().err == ""
    form = tmp_path / "空表.xlsx"
    assert main(["lists", "template", str(form), "--study", "tianjin-2022", "--population", "2021/19-1"]) == 0
    assert "工单号" in CalamineWorkbook.from_path(form).get_sheet_by_index(0).to_python()[2]
