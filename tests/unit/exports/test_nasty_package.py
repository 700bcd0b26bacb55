"""What is hardest to export, written in every format and read back by other libraries, cell by cell."""

import csv
import io
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from openpyxl.utils.escape import unescape

from callcenter.exports import making, package, triple_s
from callcenter.exports.dataset import CASE_COLUMNS, Dataset
from callcenter.exports.report.charts import CHART
from callcenter.exports.triple_s import written
from callcenter.exports.variables import Asked, Variable
from callcenter.lists.formulas import FORMULA
from callcenter.questionnaire.nonanswers import NONANSWERS
from tests.factories.nasty import LONG_NAME, TEXTS, Nasty, make_nasty
from tests.factories.structures import DDI, check_ddi, check_triple_s

MISSING = {"dont_know": -9991, "dont_remember": -9992, "refused": -9993, "not_applicable": -9994}
CASES = 28


@dataclass
class Made:
    """The package, its manifest, and what was answered."""

    nasty: Nasty
    place: Path
    manifest: dict[str, Any]

    @property
    def variables(self) -> list[Variable]:
        return self.nasty.of.data.variables

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.place / name).open(encoding="utf-8-sig", newline="") as opened:
            return list(csv.DictReader(opened))

    def given(self, case: int, of: Variable) -> str | None:
        """What a column holds of a case, as text."""
        answer = self.nasty.answered.get((case, of.question))
        if answer is None or not of.option:
            return answer
        parts = answer.split(" ")
        if of.kind == "chosen":
            return str(int(of.option in parts))
        return parts[int(of.option) - 1] if int(of.option) <= len(parts) else None


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder, place = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("package")
    nasty = make_nasty(folder)
    formats = ["csv", "xlsx", "parquet", "sav", "dta", "ddi", "sss", "report"]
    with nasty.of.data:
        manifest = making.write(nasty.of, place, formats)
        yield Made(nasty, place, manifest)


def tame(text: str | None) -> str:
    """As a spreadsheet may have it."""
    if not text:
        return ""
    acts = text.startswith(("\t", "\r", "\n")) or text.lstrip(" ")[:1] in set("=+-@＝＋－＠")
    return f"'{text}" if acts and not re.fullmatch(r"-\d+(\.\d+)?", text) else text


def same(of: Variable, cell: Any, given: str | None) -> bool:
    """Whether a cell holds what was given."""
    empty = cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell))
    if given is None or empty:
        return empty and given is None
    return math.isclose(float(cell), float(given), rel_tol=1e-15) if of.kind in ("number", "chosen") else str(cell) == given


def all_same(made: Made, cells: Any, expected: Any = None) -> None:
    """`cells(case, variable)` for all of them; `expected` says what becomes of a text."""
    wrong = [
        (of.name, case, str(cells(case, of))[:40], str(given)[:40])
        for of in made.variables
        for case in range(CASES)
        for given in [made.given(case, of)]
        if not same(of, cells(case, of), expected(given) if expected and given and of.kind in ("text", "category") else given)
    ]
    assert wrong == []


def test_every_cell_of_csv_and_parquet_is_what_was_answered(made: Made) -> None:
    wide = made.rows("answers_wide.csv")
    assert len(wide) == CASES
    all_same(made, lambda case, of: wide[case][of.name], tame)
    frame = pd.read_parquet(made.place / "answers_wide.parquet").astype(object)
    assert list(frame) == list(wide[0])
    all_same(made, lambda case, of: None if pd.isna(frame[of.name][case]) else frame[of.name][case])
    for name in ("q", "wish", "amount", "refused_by_all"):
        (column,) = {each.nonanswer_name for each in made.variables if each.question == name}
        assert {case: row[column] for case, row in enumerate(wide) if row[column]} == {
            case: code for (case, question), code in made.nasty.refused.items() if question == name
        }
    answered = {(int(row["case"][1:]), row["question"]): row["value"] for row in made.rows("answers_long.csv") if not row["nonanswer"]}
    assert answered == {spot: tame(value) for spot, value in made.nasty.answered.items()}
    long = pd.read_parquet(made.place / "answers_long.parquet").dropna(subset=["value"])
    kept = zip(long["case"], long["question"], long["value"], strict=True)
    assert {(int(case[1:]), question): value for case, question, value in kept} == made.nasty.answered


def cut(text: str) -> str:
    """As a workbook holds it."""
    told = re.sub("\r\n?", "\n", tame(text)).encode("utf-16-le")[: 2 * 32_767]
    return told.decode("utf-16-le", errors="ignore")


def test_every_cell_of_the_workbook_is_what_was_answered_as_far_as_a_cell_holds_it(made: Made) -> None:
    book = openpyxl.load_workbook(made.place / "answers.xlsx")
    header, *rows = book["answers"].values
    place = {str(name): at for at, name in enumerate(header)}
    assert len(place) == len(header)

    def cell(case: int, of: Variable) -> Any:
        value = rows[case][place[of.name]]
        return unescape(value) if isinstance(value, str) else value

    all_same(made, cell, cut)
    assert not [each for page in book for row in page.iter_rows() for each in row if each.data_type == "f"]


def test_detail_table_and_report_hold_every_text_and_no_cell_acts(made: Made) -> None:
    """Items, conclusions and figures of the worst texts; the tables inside the charts are workbooks too."""
    book = openpyxl.load_workbook(made.place / "detail_table.xlsx")
    (title, *_), header, *rows = book.active.values
    table = [dict(zip(header, row, strict=True)) for row in rows[: len(TEXTS)]]

    def holds(cell: Any, text: str) -> bool:
        return cut(text) in (cell, unescape(cell))  # openpyxl takes the escapes of escapes away, and those of signs not

    assert holds(title, f"{TEXTS[0]} \x0b阶段 落实明细表") and title.startswith("'=")
    wrong = [
        (name, str(row[name])[:40])
        for text, row in zip(TEXTS, table, strict=True)
        for name, told in {**dict.fromkeys(("任务", "牵头单位", "理由", "佐证", "工单情况"), text), "承诺标准": f"{text}\n{text}"}.items()
        if not holds(row[name], told)
    ]
    assert wrong == []
    assert not [each for page in book for line in page.iter_rows() for each in line if each.data_type == "f"]
    assert "=1+1=是：兑现；哪些：方式：答“" in table[0]["对照承诺"] and table[0]["企业回答"]
    document = docx.Document(str(made.place / "report.docx"))
    assert document.paragraphs[0].text == TEXTS[4]
    concluded = next(each for each in document.tables if each.rows[0].cells[1].text == "任务")
    shown = [re.sub("\r\n?", "\n", written(text)) for text in TEXTS]
    assert [(row.cells[1].text, row.cells[3].text) for row in concluded.rows[1:]] == [(text, text) for text in shown]
    told = "\n".join(each.text for each in document.paragraphs)
    assert "九千" in told and "甲" * 100 in told
    parts = list(document.part.package.iter_parts())
    charts = [each for each in parts if each.content_type == CHART]
    assert charts
    for chart in charts:
        ET.fromstring(chart.blob)  # noqa: S314  # we wrote it
        table_inside = openpyxl.load_workbook(io.BytesIO(next(iter(chart.rels.values())).target_part.blob))
        cells = [cell for line in table_inside.active.iter_rows() for cell in line if isinstance(cell.value, str)]
        assert cells and not any(FORMULA.match(cell.value) or cell.data_type == "f" for cell in cells)


def codes(made: Made, format_name: str) -> tuple[dict[str, str], dict[tuple[str, str], float]]:
    """By the codebook: the name of each column in a format, and the number of each code."""
    book = made.rows("codebook.csv")
    names = {row["variable"]: row[format_name] for row in book if row[format_name]}
    return names, {(row["variable"], row["code"].removeprefix("'")): float(row["number"]) for row in book if row["number"]}


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_every_cell_of_spss_and_stata_is_what_was_answered_by_the_names_and_numbers_of_the_codebook(made: Made, kind: str) -> None:
    read = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    frame, about = read(made.place / f"answers.{kind}", user_missing=True)
    frame = frame.astype(object)
    names, numbers = codes(made, "spss_name" if kind == "sav" else "stata_name")
    assert len({name.casefold() for name in frame}) == len(frame.columns)
    assert {names[of.name] for of in made.variables} <= set(frame)
    most = 64 if kind == "sav" else 32
    assert all(len(name.encode()) <= most for name in frame)

    def fits(text: str) -> str:
        return text if len(text.encode()) <= 32_767 else text[: 10_922 if len(text[:10_922].encode()) <= 32_767 else 8_191]

    for of in made.variables:
        for case in range(CASES):
            cell, given = frame[names[of.name]][case], made.given(case, of)
            refused = made.nasty.refused.get((case, of.question))
            if refused and of.kind != "text":
                assert cell == (MISSING[refused] if kind == "sav" else "r"), of.name
            elif of.kind == "text":
                assert cell == (fits(given or "").rstrip(" ") if kind == "sav" else given or ""), (of.name, case)
            elif given is None:
                assert isinstance(cell, float) and math.isnan(cell), of.name
            elif kind == "dta" and of.kind == "number" and of.nonanswer_name and given in ("-9991", "-9993"):
                assert cell in {"b", "r"}, "which is warned of"
            else:
                assert float(cell) == (float(given) if of.kind in ("number", "chosen") else numbers[of.name, given]), (of.name, case)
    labels = about.variable_value_labels[names["q"]]
    for code, label in NONANSWERS.items():
        assert labels[MISSING[code] if kind == "sav" else {"B": "b", "J": "j", "R": "r", "N": "n"}[label[0]]] == label[1]
    assert labels[numbers["q", "a"]] == "a", "a choice without words is named by its code"
    assert labels[numbers["q", "A"]] == "甲" * (40 if kind == "sav" else 100)
    assert about.variable_value_labels[names["ways__a__b"]] == {0: "未选", 1: "选中"}


def test_triple_s_and_ddi_hold_the_same_and_keep_to_their_structure(made: Made) -> None:
    data = (made.place / "answers.sss.csv").read_bytes()
    root = check_triple_s((made.place / "answers.sss").read_bytes(), data)
    fields = {each.findtext("name", ""): each for each in root.iter("variable")}
    rows = list(csv.DictReader(data.decode().splitlines(keepends=True)))
    ways = {each.get("code"): each.text for each in fields["ways"].iterfind("values/value")}
    assert fields["ways"].findtext("label", "").strip() == "哪些：方式"
    assert ways["1"] == "其他：请说明"
    assert (rows[0]["ways"][:3], rows[1]["ways"], rows[2]["ways"]) == ("110", "000001", "")
    grades = {each.get("code"): each.text for each in fields["grade"].iterfind("values/value")}
    assert grades == {"1": "1 号", "9992": "9992 号", "9993": "不知道", "9994": "记不清", "9995": "拒答", "9996": "不适用"}
    assert (rows[0]["grade"], rows[24]["grade"]) == ("9992", "9995"), "non-answers stand behind the codes of choices"
    ends = fields["amount"].find("values/range")
    assert ends is not None
    assert (ends.get("from"), rows[0]["amount"]) == ("-9993.000000000", "0.100000000")
    assert float(rows[1]["amount"]) == -1.23e-07
    codebook = check_ddi((made.place / "ddi.xml").read_bytes())
    told = [each.get("name") for each in codebook.iter(f"{DDI}var")]
    assert told == list(made.rows("answers_wide.csv")[0]), "a variable for each column, in their order"
    assert codebook.findtext(f"{DDI}fileDscr/{DDI}fileTxt/{DDI}dimensns/{DDI}varQnty") == str(len(told))
    assert codebook.findtext(f"{DDI}docDscr/{DDI}citation/{DDI}prodStmt/{DDI}prodDate") == "2022-06-02", "the field's day"
    weighted_beside(codebook, made.rows("answers_wide.csv"))
    whole = codebook.find(f"{DDI}dataDscr/{DDI}var[@name='whole']/{DDI}valrng/{DDI}range")
    assert whole is not None
    assert float(whole.get("max", "")) == 9007199254740992


def weighted_beside(codebook: ET.Element, rows: list[dict[str, str]]) -> None:
    """Beside means and counts without weights DDI has those by the column `weight`, which anyone can add up from the rows."""

    def told(path: str) -> tuple[str, str]:
        bare, weighted = codebook.findall(f"{DDI}dataDscr/{DDI}var{path}")
        assert bare.get("wgtd") is None and (weighted.get("wgtd"), weighted.get("wgt-var")) == ("wgtd", "V_weight")
        return bare.text or "", weighted.text or ""

    given = [(float(row["n3"]), float(row["weight"])) for row in rows if row["n3"]]
    bare, weighted = told(f"[@name='n3']/{DDI}sumStat[@type='mean']")
    assert float(bare) == pytest.approx(sum(value for value, _ in given) / len(given), rel=1e-5)
    assert float(weighted) == pytest.approx(sum(value * weight for value, weight in given) / sum(weight for _, weight in given), rel=1e-9)
    assert bare != weighted
    for name, code in (("grade", "1"), ("ways__a__b", "0"), ("ways__a__b", "1"), ("grade__nonanswer", "refused")):
        counted = [float(row["weight"]) for row in rows if row[name] == code]
        found = told(f"[@name='{name}']/{DDI}catgry[{DDI}catValu='{code}']/{DDI}catStat")
        assert (found[0], float(found[1])) == (str(len(counted)), pytest.approx(sum(counted), rel=1e-9)), (name, code)


def test_what_a_reader_must_know_is_told(made: Made) -> None:
    assert package.verify_at(made.place) == len(made.manifest["files"])
    warned = made.manifest["warnings"]
    for told in (
        "weight：与别的列重名，列名是 weight_2。",
        "Case：与别的列重名，列名是 Case_2。",
        "amount：有 1 个数的位数超过双精度，数值列里是最接近的数；原样见长表。",
        "small：有 1 个回答在 -9994 到 -9991 之间，SPSS、Stata、Triple-S 文件里与非回答分不开；其他格式不受影响。",
        "wish：有 2 处文字里像是有电话、证件号码、信用代码或邮箱，转交前请先看过并遮去。",
        "to_codes：旧版问卷要的是文字，有 1 种回答不在选项里，整列按文字导出。",
        "to_number：有 1 个回答不是数，整列按文字导出。",
        "to_one：有 1 个代码不在任何一版问卷里，按原样列出。",
        "有效样本不足 5 个的层：乙（1）、丙（1）。单个回答可能认得出是谁，公布前请合并。",
        "SPSS wish：有回答超过 32767 字节，被截短；全文见 CSV 或 Parquet。",
        "answers.xlsx：2 个文字超过 32767 个字符，末尾被截；全文见 CSV 或 Parquet。",
    ):
        assert told in warned
    names = {each.name for each in made.variables}
    assert {"ways__A", "ways__A_2", "ways__a_3", "q__nonanswer", f"{LONG_NAME}一"} <= names
    counted = {(row["variable"], row["code"]): row["n"] for row in made.rows("codebook.csv")}
    assert (counted["ways__A_2", "A"], counted["ways__gone", "gone"], counted["silent", "A"]) == ("1", "1", "0")
    kept = {row["code"]: (row["standard"], row["keeps"]) for row in made.rows("codebook.csv") if row["question"] == "ways" and row["code"]}
    promise = "'=1+1"
    assert kept == {"a__b": (promise, ""), "A": (promise, "1"), "a": (promise, "1"), "½": (promise, "0"), "9992": (promise, ""),
                    "gone": (promise, "")}  # fmt: skip
    assert "<td>未兑现</td>" in (made.place / "codebook.html").read_text(encoding="utf-8")
    assert len({row["case"] for row in made.rows("answers_wide.csv")}) == CASES
    assert len(CASE_COLUMNS) + len(made.variables) < len(made.rows("answers_wide.csv")[0])
    assert len(TEXTS) < CASES


def test_where_nobody_was_released_every_format_opens_and_is_empty(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    nasty = make_nasty(tmp_path, released=False)
    nasty.of.data.asked = [each for each in nasty.of.data.asked if not re.fullmatch(r"n\d+", each.name)]
    with nasty.of.data:
        making.write(nasty.of, tmp_path / "p", ["csv", "xlsx", "parquet", "sav", "dta", "ddi", "sss", "report"])
    place = tmp_path / "p"
    columns = len(place.joinpath("answers_wide.csv").read_text(encoding="utf-8-sig").split(","))
    assert pd.read_parquet(place / "answers_wide.parquet").shape == (0, columns)
    assert len(pyreadstat.read_sav(place / "answers.sav")[0]) == len(pyreadstat.read_dta(place / "answers.dta")[0]) == 0
    check_ddi((place / "ddi.xml").read_bytes())
    check_triple_s((place / "answers.sss").read_bytes(), (place / "answers.sss.csv").read_bytes())


def test_triple_s_holds_more_than_a_thousand_choices(tmp_path: Path) -> None:
    many = tuple((str(number), f"第 {number} 项") for number in range(1, 1_101))
    (tmp_path / "c.csv").write_text("1,u1,s,d,main,1.1,I,1,1,q v1,,,\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text('1,q,"",1 1100,,1,,0\n', encoding="utf-8")
    with Dataset(tmp_path, [Asked("q", "select_multiple", "哪些", many)]) as data:
        data.add_cases(tmp_path / "c.csv")
        data.name_cases([(1, "p1", 1.0, 1.0)])
        data.add_answers(tmp_path / "a.csv")
        data.finish()
        triple_s.data_file(data, tmp_path / "answers.sss.csv")
    assert (tmp_path / "answers.sss.csv").read_text().splitlines()[1].endswith(f'"1{"0" * 1_098}1"')
