"""The package of a worked population: made once, opened in every format."""

import contextlib
import csv
import json
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import openpyxl
import pyreadstat
import pytest
from sqlalchemy import text
from sqlmodel import Session

from callcenter.db.engine import statement, transaction
from callcenter.errors import InvalidInput, Refused
from callcenter.estimates import actions, queries
from callcenter.exports import making, package
from callcenter.exports.actions.packages import check_formats, keep_package
from callcenter.exports.formats import FORMATS
from callcenter.exports.queries import packages
from callcenter.exports.queries.gathering import gather
from callcenter.exports.queries.packages import one_snapshot
from callcenter.interviews.actions import end
from callcenter.interviews.queries import seconds_spent
from callcenter.operations.actions import queue_job
from callcenter.operations.queries import job
from callcenter.worker.handlers import HANDLERS
from callcenter.worker.loop import Worker
from tests.conftest import FieldTime
from tests.factories.exports import LONG_TEXT, make_rich_sample
from tests.factories.field_work import WorkedSample, give, make_worked_sample
from tests.factories.sampling import MOMENT
from tests.factories.structures import DDI, check_ddi, check_triple_s

CODES = {"和平区": ["1.1"] * 6 + ["4.80", "3.13", "2.112"], "河西区": ["1.1"] * 7 + [""]}


def worked() -> WorkedSample:
    with transaction() as session:
        return make_worked_sample(session, CODES)


def write(population: int, place: Path, formats: list[str], **options: Any) -> dict[str, Any]:
    """The package in `place`; its manifest."""
    aside = place.with_name(f"{place.name}-aside")
    aside.mkdir()
    place.mkdir()
    with transaction() as session:
        one_snapshot(session)
        gathered = gather(session, population, aside, stage="report" in formats, **options)
    with gathered.data:
        manifest = making.write(gathered, place, formats)
    shutil.rmtree(aside)
    return manifest


def read(place: Path, name: str) -> list[dict[str, str]]:
    with (place / name).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_a_package_opens_with_its_labels_wherever_it_is_read(database_url: str, field_time: FieldTime, tmp_path: Path) -> None:
    with transaction() as session:
        made = make_rich_sample(session)
        code_by_hand(session, made)
    place = tmp_path / "p"
    manifest = write(made.drawn.frame.population_id, place, list(FORMATS))
    assert package.verify_at(place) == len(manifest["files"])
    no_identities(place)
    tables_agree(place)
    spss_has_labels_and_missing_values(place)
    stata_has_labels_and_missing_values(place)
    workbooks_open(place)
    root = check_ddi((place / "ddi.xml").read_bytes())
    assert len(root.findall(f"{DDI}dataDscr/{DDI}var[@name='days']/{DDI}catgry[@missing='Y']")) == 1
    check_triple_s((place / "answers.sss").read_bytes(), (place / "answers.sss.csv").read_bytes())
    warned = "\n".join(manifest["warnings"])
    for about in (
        "handled：各版问卷的题目文字、选项不同",
        "SPSS days：标签太长",
        "SPSS best：有选项的文字太长",
        "SPSS wish：有回答超过",
        "河西区（3）",
        "wish_coded：有效样本对 wish 的 6 个回答里编码了 4 个",
    ):
        assert about in warned
    what_is_read_aloud_is_told(place)
    codes_given_by_hand_are_there(place)
    the_how_to_runs_as_printed(place)
    assert manifest["state"]["not_final"] == {"3.11": 1}
    assert "还有 1 个个案没有最终处置代码（按现在的代码：3.11 有 1 个）" in warned
    assert warned.splitlines()[0] in (place / "README.txt").read_text(encoding="utf-8")


def the_how_to_runs_as_printed(place: Path) -> None:
    """DuckDB and pandas."""
    printed = (Path(__file__).parents[3] / "docs" / "how-to" / "use-a-package.md").read_text(encoding="utf-8")
    (query,), (script,) = (re.findall(rf"```{language}\n(.*?)```", printed, re.DOTALL) for language in ("sql", "python"))
    with duckdb.connect() as asked:
        by_query = asked.execute(query.replace("'answers_wide", f"'{place}/answers_wide")).fetchall()
    told: list[Any] = []
    with contextlib.chdir(place):
        exec(script, {"print": told.append})  # noqa: S102  # our own page
    assert told[0].to_dict() == pytest.approx({district: mean for district, mean, _n in by_query})
    assert len(by_query) == 2


def code_by_hand(session: Session, made: WorkedSample) -> None:
    """All answers to `window`, in its repeat; of those to `wish` one not, one changed after it was coded, one with a retired code."""
    study, user = made.drawn.frame.study_id, made.operator_id
    draw = made.drawn.draw_id
    for question in ("window", "wish"):
        codes = [actions.add_code(session, study, question, label, user) for label in ("材料", "系统")]
        answers = queries.coded_answers(session, draw, question)
        actions.code_answers(session, study, question, answers[-1:], ["1"], user_id=user)
        actions.code_answers(session, study, question, answers[1:], ["1", "2"], user_id=user)
        actions.code_answers(session, study, question, answers[:1], ["0"], user_id=user)
        actions.retire_code(session, codes[1].id or 0, user)
    told = {"case": answers[0].case_id}
    interview = session.execute(text("SELECT id FROM interviews WHERE case_id = :case"), told).scalar_one()
    give(session, interview, "wish", "其实有", version=2)
    session.execute(text("UPDATE codings SET codes = '{}' WHERE case_id = :case AND question = 'wish'"), {"case": answers[1].case_id})


def codes_given_by_hand_are_there(place: Path) -> None:
    wide = [row for row in read(place, "answers_wide.csv") if row["wish"]]
    assert sorted(row["wish_coded__2"] for row in wide) == ["", "", "1", "1", "1", "1"]
    windows = [name for name in wide[0] if name.startswith("window_coded")]
    assert windows == [f"window_coded[{at}]__{code}" for at in (1, 2, 10) for code in (1, 2, 0)]
    told = [row for row in read(place, "answers_long.csv") if row["question"] == "wish_coded"]
    assert {(row["value"], row["label"], row["version"]) for row in told} == {("1 2", "材料；系统（已停用）", "1")}
    assert len([row for row in read(place, "answers_long.csv") if row["question"] == "window_coded"]) == 15
    assert {row["question"] for row in read(place, "estimates.csv") if row["question"].endswith("_coded")} == {"window_coded"}
    frame = [(row["code"], row["code_label"], row["n"]) for row in read(place, "codebook.csv") if row["question"] == "wish_coded"]
    assert frame == [("1", "材料", "4"), ("2", "系统（已停用）", "4"), ("0", "没有合适的类别", "0")]
    _, about = pyreadstat.read_sav(place / "answers.sav")
    assert about.column_names_to_labels["wish_coded__1"] == "有何建议？（编码）：材料"
    described = ET.parse(place / "ddi.xml").getroot()  # noqa: S314  # we wrote it
    assert described.findtext(f"{DDI}dataDscr/{DDI}var[@name='wish_coded__0']/{DDI}labl") == "有何建议？（编码）：没有合适的类别"
    survey = ET.parse(place / "answers.sss").getroot()  # noqa: S314  # we wrote it
    assert [each.get("type") for each in survey.iter("variable") if each.findtext("name") == "wish_coded"] == ["multiple"]


def what_is_read_aloud_is_told(place: Path) -> None:
    (of,) = statement("SELECT s.title AS study, p.title AS population FROM studies s, populations p")
    said = f"〔联系人〕，{of['study']}只要 8 分钟：在 {of['population']} 上花了多少钱？不算 〔days 的回答〕。"
    label = "花了多少钱？"
    assert [(row["label"], row["read_aloud"]) for row in read(place, "codebook.csv") if row["variable"] == "cost"] == [(label, said)]
    assert said in (place / "codebook.html").read_text(encoding="utf-8")
    told = ET.parse(place / "ddi.xml").getroot()  # noqa: S314  # we wrote it
    assert told.findtext(f"{DDI}dataDscr/{DDI}var[@name='cost']/{DDI}qstn/{DDI}qstnLit") == said
    assert told.findtext(f"{DDI}dataDscr/{DDI}var[@name='days']/{DDI}qstn/{DDI}qstnLit", "").startswith("几个工作日办结？")
    survey = ET.parse(place / "answers.sss").getroot()  # noqa: S314  # we wrote it
    (cost,) = [each for each in survey.iter("variable") if each.findtext("name") == "cost"]
    assert (cost.findtext("label", "").strip(), cost.findtext("label/text")) == (label, said)


def no_identities(place: Path) -> None:
    texts = b"".join(
        file.read_bytes() for file in place.iterdir() if file.suffix in (".csv", ".xml", ".html", ".json", ".txt", ".sav", ".dta")
    )
    whole = texts.decode("utf-8", errors="replace")
    for identity in ("天津第", "E0001", "+86138", "138000"):
        assert identity not in whole


def tables_agree(place: Path) -> None:
    wide, long = read(place, "answers_wide.csv"), read(place, "answers_long.csv")
    assert len(wide) == 12
    assert sum(float(row["weight"]) for row in wide) == pytest.approx(36)
    newer = [row for row in wide if row["questionnaire"].endswith("v2") and row["handled"]]
    assert {row["questionnaire"] for row in wide} == {"opening_business v1", "opening_business v2"}
    assert [name for name in wide[0] if name.startswith("hours")] == ["hours[1]", "hours[2]", "hours[10]"]
    assert {row["days__nonanswer"] for row in wide} == {"", "refused"}
    assert {(row["ways__online"], row["ways__window"], row["ways__nonanswer"]) for row in newer[1:]} >= {
        ("1", "1", ""),
        ("", "", "dont_know"),
    }
    assert {(row["best"], row["best_other"]) for row in newer} >= {("other", "电话"), ("online", "")}
    wishes = [row["wish"] for row in wide if row["wish"]]
    assert "'=1+1\n第二行" in wishes
    assert "'+100 分" in wishes
    assert LONG_TEXT in wishes
    assert {row["value"] for row in long if row["question"] == "days"} >= {"4", ""}
    assert {row["label"] for row in long if row["value"] == "maybe"} == {"说不准"}
    assert [row["question"] for row in long if row["shared"] == "1"] == ["cost"]
    assert {row["variable"]: row["shared"] for row in read(place, "codebook.csv") if row["shared"] not in {"", "0"}} == {"cost": "1"}
    with duckdb.connect() as asked:
        for name in ("wide", "long"):
            found = asked.execute(f"SELECT count(*) FROM '{place}/answers_{name}.parquet'").fetchall()
            assert found == [(len(wide if name == "wide" else long),)]
        for name, column in (
            ("answers_wide", "ended_at"),
            ("answers_long", "answered_at"),
            ("attempts", "placed_at"),
            ("dispositions", "at"),
        ):
            found = asked.execute(f"SELECT DISTINCT typeof(\"{column}\") FROM '{place}/{name}.parquet'").fetchall()
            assert found == [("TIMESTAMP",)]
        ended = asked.execute(f"SELECT max(ended_at) FROM '{place}/answers_wide.parquet'").fetchall()
        assert ended == [(datetime(2022, 6, 1, 9, 5),)]  # noqa: DTZ001  # field time
        typed = asked.execute(f"SELECT DISTINCT typeof(n), typeof(number) FROM '{place}/codebook.parquet'").fetchall()
        assert typed == [("DOUBLE", "DOUBLE")]
        wanted = "sum(days * weight) / sum(weight) FILTER (days IS NOT NULL), max(length(wish))"
        figures = asked.execute(f"SELECT {wanted} FROM '{place}/answers_wide.parquet' WHERE valid = 1").fetchall()
    told = next(row for row in read(place, "estimates.csv") if row["question"] == "days")
    assert float(told["estimate"]) == pytest.approx(figures[0][0])
    assert figures[0][1] == 32_767
    assert len(read(place, "attempts.csv")) == 11
    assert len(read(place, "dispositions.csv")) == 22
    assert {(row["seconds"], row["mode"], row["language"]) for row in read(place, "paradata.csv")} == {("", "telephone", "zh")}
    assert json.loads((place / "response_rates.json").read_text())[-1]["rates"]["RR1"] == pytest.approx(9 / 11)


def spss_has_labels_and_missing_values(place: Path) -> None:
    frame, about = pyreadstat.read_sav(place / "answers.sav", user_missing=True)
    assert about.variable_value_labels["handled"] == {1: "是", 2: "否", 3: "说不准"}
    assert about.variable_value_labels["days"] == {-9991: "不知道", -9992: "记不清", -9993: "拒答", -9994: "不适用"}
    assert about.missing_ranges["days"] == [{"lo": -9994, "hi": -9991}]
    assert about.variable_measure["days"] == "scale"
    assert about.variable_measure["handled"] == "nominal"
    assert about.column_names_to_labels["cost"] == "花了多少钱？"
    assert len(about.column_names_to_labels["days"].encode()) <= 256
    assert sorted(frame["days"].dropna())[0] == -9993
    answered, _ = pyreadstat.read_sav(place / "answers.sav")
    assert answered["days"].min() == 3
    assert frame["wish"].str.len().max() == 10_922
    assert frame["hours_10"].notna().sum() > 0
    assert about.creation_time.isoformat() == "2022-06-01T09:00:00"


def stata_has_labels_and_missing_values(place: Path) -> None:
    frame, about = pyreadstat.read_dta(place / "answers.dta", user_missing=True)
    assert about.variable_value_labels["handled"] == {1: "是", 2: "否", 3: "说不准"}
    assert set(frame["days"].dropna()) == {"r", 3, 4, 5, 6, 7, 8, 9}
    assert about.variable_value_labels["days"]["r"] == "拒答"
    assert frame["wish"].str.len().max() == 32_767
    assert b"01 Jun 2022 09:00" in (place / "answers.dta").read_bytes()


def workbooks_open(place: Path) -> None:
    book = openpyxl.load_workbook(place / "answers.xlsx")
    assert book.sheetnames == ["answers", "answers_long", "codebook", "strata_and_weights"]
    header, *rows = book["answers"].values
    wishes = [row[header.index("wish")] for row in rows]
    assert {row[header.index("started_at")] for row in rows} == {None, datetime(2022, 6, 1, 9)}  # noqa: DTZ001  # a workbook has no zones
    assert max(len(str(wish)) for wish in wishes) == 32_767
    codebook = list(openpyxl.load_workbook(place / "codebook.xlsx")["codebook"].values)
    assert ("handled", "handled", "select_one", "是否办理过？", "maybe", "说不准", 1, "handled", "handled", 3) in [
        row[:10] for row in codebook
    ]


def test_nothing_changed_gives_the_same_bytes_and_one_package(database_url: str, field_time: FieldTime, tmp_path: Path) -> None:
    made = worked()
    population = made.drawn.frame.population_id
    manifests = [write(population, tmp_path / f"p{number}", list(FORMATS)) for number in range(2)]
    assert manifests[0] == manifests[1]
    for number in range(2):
        package.archive_folder(tmp_path / f"p{number}", tmp_path / f"{number}.zip")
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()
    with transaction() as session:
        first = keep_package(session, population, made.operator_id, tmp_path / "0.zip", manifests[0]).id
        assert keep_package(session, population, made.operator_id, tmp_path / "1.zip", manifests[1]).id == first
        interview = statement("SELECT max(id) AS id FROM interviews")[0]["id"]
        give(session, interview, "days", 30, version=2)
        named = session.execute(
            text("SELECT enterprise_name FROM cases c JOIN interviews i ON i.case_id = c.id WHERE i.id = :i"), {"i": interview}
        )
        give(session, interview, "wish", f"找{named.scalar_one()}", version=2)
        session.execute(text("UPDATE cases SET closed_why = 'cap' WHERE id = (SELECT min(id) FROM cases)"))
        answers = queries.coded_answers(session, made.drawn.draw_id, "wish")
        actions.add_code(session, made.drawn.frame.study_id, "wish", "材料", None)
        actions.code_answers(session, made.drawn.frame.study_id, "wish", answers[:5], ["1"], user_id=None)
        actions.code_answers(session, made.drawn.frame.study_id, "wish", answers[5:], ["0"], user_id=None)
        session.execute(text("UPDATE codings SET at = at + interval '30 days'"))
        resume_after_days(session, interview)
        assert seconds_spent(session, interview) == 75
        session.execute(text("UPDATE interviews SET state = 'open', ended_at = NULL WHERE id = :i"), {"i": interview})
        assert end(session, interview, "ended").seconds == 75, "the six days between two calls are nobody's interview"
    changed = write(population, tmp_path / "p2", ["csv"], for_auditor=True)
    assert changed["state"]["rows"] != manifests[0]["state"]["rows"]
    assert changed["state"]["as_of"].endswith("+08:00")
    assert "wish：有 1 处文字里有该企业的名称或联系人，转交前请先看过并遮去。" in changed["warnings"]
    assert not [each for each in manifests[0]["warnings"] if "转交前" in each]
    assert (manifests[0]["state"]["coded"], changed["state"]["coded"]) == (0, 13)
    assert changed["state"]["answers"] == manifests[0]["state"]["answers"], "codes are no answers"
    coded = [row for row in read(tmp_path / "p2", "answers_wide.csv") if row["wish_coded__1"]]
    (share,) = [
        row
        for row in read(tmp_path / "p2", "estimates.csv")
        if (row["question"], row["statistic"], row["level"], row["district"]) == ("wish_coded", "prop", "1", "")
    ]
    weights = {code: sum(float(row["weight"]) for row in coded if row["wish_coded__1"] == code) for code in ("0", "1")}
    assert float(share["estimate"]) == pytest.approx(weights["1"] / (weights["0"] + weights["1"]))
    assert (share["n"], bool(share["low"])) == ("13", True)
    assert sorted(row["capped"] for row in read(tmp_path / "p2", "strata_and_weights.csv")) == ["0", "1"]
    assert len(read(tmp_path / "p2", "frame.csv")) == 51
    ordered = read(tmp_path / "p2", "sample.csv")
    assert list(ordered[0]) == ["unit_key", "stratum", "prn", "order", "released", "release", "case"]
    cases = {row["case"]: row["stratum"] for row in read(tmp_path / "p2", "answers_wide.csv")}
    assert {row["case"]: row["stratum"] for row in ordered if row["case"]} == cases, "answers are joined to the order that was drawn"
    assert len(ordered) == 51 and all(bool(row["case"]) == bool(row["release"]) for row in ordered)
    assert [row["seconds"] for row in read(tmp_path / "p2", "answers_wide.csv") if row["seconds"] not in {"", "0"}] == ["75"]
    design = json.loads((tmp_path / "p2" / "design.json").read_text(encoding="utf-8"))
    assert design == statement("SELECT document FROM designs")[0]["document"]
    assert not (tmp_path / "p0" / "design.json").exists()
    assert statement("SELECT count(*) AS n FROM audit_trail WHERE action = 'package_made'") == [{"n": 2}]


def resume_after_days(session: Session, interview: int) -> None:
    """A call of a minute, and one of a quarter of a minute six days later, begun on a page that stood open since the first."""
    times = "UPDATE answers SET shown_at = :shown, answered_at = :answered, attempt_id = :attempt WHERE interview_id = :i AND question = :q"
    first = session.execute(text("SELECT attempt_id FROM interviews WHERE id = :i"), {"i": interview}).scalar_one()
    later = session.execute(
        text(
            "INSERT INTO attempts (case_id, lease_id, number_in_lease, operator_id, line, phone, placed_at, state, outcome_detail, note) "
            "SELECT case_id, lease_id, 2, operator_id, line, phone, :at, state, outcome_detail, note FROM attempts WHERE id = :a "
            "RETURNING id"
        ),
        {"at": MOMENT + timedelta(days=6), "a": first},
    ).scalar_one()
    again = MOMENT + timedelta(days=6)
    given = {
        "handled": (MOMENT + timedelta(seconds=20), MOMENT + timedelta(seconds=50), first),
        "days": (MOMENT + timedelta(seconds=50), MOMENT + timedelta(seconds=80), first),
        "ways": (MOMENT + timedelta(seconds=80), again + timedelta(seconds=10), later),
        "wish": (again + timedelta(seconds=10), again + timedelta(seconds=15), later),
    }
    for question, (shown, answered, attempt) in given.items():
        session.execute(text(times), {"shown": shown, "answered": answered, "attempt": attempt, "i": interview, "q": question})


def test_a_worker_makes_it_as_a_job_and_goes_on_after_what_was_finished(
    database_url: str, field_time: FieldTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = worked()
    population = made.drawn.frame.population_id
    monkeypatch.setattr("callcenter.worker.exporting.LARGE", 1)
    ends = []
    for formats in (["parquet"], ["csv", "parquet"]):
        with transaction() as session:
            job_id = queue_job(
                session, "export", {"population_id": population, "user_id": made.operator_id, "formats": formats}, made.operator_id
            )
        assert Worker(database_url, "w", HANDLERS).run_one()
        with transaction() as session:
            done = job(session, job_id)
            assert done is not None
            assert (done.state, done.error, done.progress_done) == ("done", None, 100)
            ends.append(packages(session, population)[0])
            monkeypatch.setattr("callcenter.exports.tabular.parquet", lambda *_: pytest.fail("it was finished before"))
    assert ends[0].id != ends[1].id
    assert {each["name"] for each in ends[1].manifest["files"]} >= {"answers_wide.csv", "answers_wide.parquet"}


def test_before_anybody_was_called_a_package_is_empty_and_whole(database_url: str, tmp_path: Path) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["", ""]})
    manifest = write(made.drawn.frame.population_id, tmp_path / "p", list(FORMATS))
    assert manifest["state"]["answers"] == 0
    assert len(pyreadstat.read_sav(tmp_path / "p" / "answers.sav")[0]) == 2
    check_triple_s((tmp_path / "p" / "answers.sss").read_bytes(), (tmp_path / "p" / "answers.sss.csv").read_bytes())


def test_what_cannot_be_made_is_refused(database_url: str, tmp_path: Path) -> None:
    with transaction() as session, pytest.raises(Refused, match="还没有抽样"):
        gather(session, 1, tmp_path)
    with pytest.raises(InvalidInput, match="docx"):
        check_formats(["csv", "docx"])
