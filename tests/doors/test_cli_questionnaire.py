"""Questionnaires on people's own files: check and walk."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callcenter.cli import app, main
from tests.factories.interviews import FULL
from tests.factories.studies import FOLDER

SHIPPED = str(FOLDER / "opening_business.yaml")
BROKEN = """
survey:
  - {type: select_one yn, name: a, label: 问}
  - {type: text, name: b, label: 说, relevant: "${c} = 1"}
choices: [{list_name: yn, name: "yes", label: 是}]
"""


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def walked(folder: Path, capsys: pytest.CaptureFixture[str], answers: Any) -> Any:
    file = written(folder, "answers.json", json.dumps(answers))
    assert main(["questionnaire", "walk", SHIPPED, "--answers", file]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_shipped_questionnaire_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questionnaire", "check", SHIPPED, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["questionnaire", "check", SHIPPED]) == 0
    assert "没有发现问题" in capsys.readouterr().out


def test_a_problem_is_printed_with_number_place_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "broken.yaml", BROKEN)
    assert main(["questionnaire", "check", file, "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["code"], found["severity"], found["sheet"], found["row"]) == ("Q004", "error", "survey", 3)
    assert found["message"] and found["fix"]
    assert main(["questionnaire", "check", file, "--english"]) == 1
    assert "error Q004 survey row 3: relevant refers to" in capsys.readouterr().out
    assert main(["questionnaire", "check", file]) == 1
    assert "Q004" in capsys.readouterr().out
    written(tmp_path, "study.yaml", "title: x\n")  # beside a study its screening questions are missed
    assert main(["questionnaire", "check", file]) == 1
    assert "Q040" in capsys.readouterr().out


def test_a_walk_over_answers_prints_its_route(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = walked(tmp_path, capsys, FULL)
    assert found["complete"] and found["next"] is None and found["set_aside"] == []
    assert [stop["name"] for stop in found["route"]] == list(FULL)
    found = walked(tmp_path, capsys, {**FULL, "visits": {"nonanswer": "dont_remember"}, "handled": "no"})
    assert found["complete"] and found["route"][-1] == {"name": "handled", "index": "", "value": "no", "problem": None}
    assert "visits" in found["set_aside"]


def test_a_walk_says_what_is_wrong_and_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = walked(tmp_path, capsys, {"notice": "yes", "right_enterprise": None})
    assert found["route"][-1]["problem"] and found["next"] == "right_enterprise" and not found["complete"]
    found = walked(tmp_path, capsys, {**FULL, "right_enterprise": "maybe", "visits": -5})
    later = {stop["name"]: stop["problem"] for stop in found["ahead"]}
    assert found["next"] == "right_enterprise" and later["visits"]
    found = walked(tmp_path, capsys, {})
    assert found == {"route": [], "complete": False, "next": "notice", "set_aside": [], "calculated": {}}


@pytest.mark.parametrize(
    ("name", "text", "answers"),
    [
        ("x.yaml", "survey: [", "{}"),
        ("x.yaml", BROKEN, "{}"),
        ("x.yaml", "5", "{}"),
        ("x.xlsx", "PK", "{}"),
        ("x.yaml", "survey: [{type: text, name: a, label: x}]", "[1]"),
        ("x.yaml", "survey: [{type: text, name: a, label: x}]", "{"),
        ("x.yaml", "survey: [{type: text, name: a, label: x}]", '{"b": 1}'),
        ("x.yaml", "survey: [{type: text, name: a, label: x}]", '{"a": {"nonanswer": "dunno"}}'),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, answers: str) -> None:
    form, given = written(tmp_path, name, text), written(tmp_path, "answers.json", answers)
    assert main(["questionnaire", "walk", form, "--answers", given]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["refused"] is True and "Traceback" not in said.err


def test_a_questionnaire_is_converted_checked_and_walked_as_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, back = str(tmp_path / "form.xlsx"), str(tmp_path / "form.yaml")
    assert main(["questionnaire", "convert", SHIPPED, book, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == book
    assert main(["questionnaire", "convert", book, back]) == 0 and "form.yaml" in capsys.readouterr().out
    assert main(["questionnaire", "check", book, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    given = written(tmp_path, "answers.json", json.dumps({"notice": "yes"}))
    assert main(["questionnaire", "walk", book, "--answers", given]) == 0
    assert json.loads(capsys.readouterr().out)["next"] == "right_enterprise"
    assert main(["questionnaire", "convert", book, str(tmp_path / "form.csv")]) == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answers.json", "form.xlsx", "form.yaml"]


def test_what_no_way_does_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questionnaire", "ways", SHIPPED, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["all_tried"] and "notice" in found["reached"] and not any("从未问到" in each["what"] for each in found["not_reached"])
    form = "survey:\n  - {type: integer, name: a, label: x}\n"
    form += "  - {type: text, name: b, label: x, relevant: '${a} > 1 or ${a} <= 1 or ${a} = \"\"'}\n"
    assert main(["questionnaire", "ways", written(tmp_path, "f.yaml", form)]) == 0
    assert "第 3 行 b：relevant 从未不成立" in capsys.readouterr().out
    assert main(["questionnaire", "ways", str(tmp_path / "f.yaml"), "--english"]) == 0
    said = capsys.readouterr().out
    assert "row 3 b: relevant never false" in said and not re.search("[一-鿿]", said)


def test_a_missing_or_foreign_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questionnaire", "check", str(tmp_path / "none.yaml")]) == 2
    (tmp_path / "good.docx").write_bytes(b"PK\x03\x04\x00\xff")
    assert main(["questionnaire", "check", str(tmp_path / "good.docx")]) == 1 and "不是问卷" in capsys.readouterr().err
    assert main(["questionnaire", "walk", SHIPPED, "--answers", str(tmp_path / "none.json")]) == 2


def test_a_walk_in_the_terminal_asks_again_where_an_answer_cannot_stand(tmp_path: Path) -> None:
    form = (
        "survey:\n  - {type: integer, name: days, label: 几天, required: 'yes', constraint: '. > 0', constraint_message: 请填大于0的数}\n"
    )
    done = CliRunner().invoke(app, ["questionnaire", "walk", written(tmp_path, "f.yaml", form)], input="0\nabc\nb\n")
    assert done.exit_code == 0 and "请填大于0的数" in done.stderr and "请填数字" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["route"] == [
        {"name": "days", "index": "", "value": {"nonanswer": "dont_know"}, "problem": None}
    ]
    form = written(
        tmp_path, "d.yaml", "survey:\n  - {type: integer, name: days, label: 几天, default: 5, 'label::English': How many days}\n"
    )
    done = CliRunner().invoke(app, ["questionnaire", "walk", form, "--language", "en"], input="\n")
    assert "How many days" in done.stderr and "几天" not in done.stderr
    for typed, value in (("\n", 5), ("7\n", 7)):  # a default is asked, and passed with Enter
        done = CliRunner().invoke(app, ["questionnaire", "walk", form], input=typed)
        assert "几天" in done.stderr and json.loads(done.stdout.splitlines()[-1])["route"][0]["value"] == value


def test_a_walk_speaks_the_language_asked_for_and_tells_what_was_calculated(tmp_path: Path) -> None:
    form = """
survey:
  - {type: integer, name: n, 'label::English (en)': 'How many?', 'label::Deutsch (de)': 'Wie viele?', constraint: . > 5,
     'constraint_message::English (en)': More than five, 'constraint_message::Deutsch (de)': Mehr als fünf}
  - {type: calculate, name: k, calculation: 1 + 1}
  - {type: calculate, name: more, calculation: '${n} * 0.1'}
  - {type: begin_repeat, name: visit, repeat_count: '1', 'label::English (en)': 'Visit of ${n}', 'label::Deutsch (de)': 'Besuch von ${n}'}
  - {type: calculate, name: no, calculation: position(..)}
  - {type: text, name: why, 'label::English (en)': 'Why ${k}, ${more}, ${no}?', 'label::Deutsch (de)': 'Warum ${k}, ${more}, ${no}?'}
  - {type: end_repeat}
settings: [{default_language: English (en)}]
"""
    file = written(tmp_path, "f.yaml", form)
    done = CliRunner().invoke(app, ["questionnaire", "walk", file, "--language", "de"], input="2\n3x\n7\nso\n")
    assert "Mehr als fünf" in done.stderr and "Besuch von 7" in done.stderr and "Warum 2, 0.7, 1?" in done.stderr
    assert "More than" not in done.stderr and "……" not in done.stderr
    done = CliRunner().invoke(app, ["questionnaire", "walk", file, "--language", "en"], input="2\n7\nB\n")
    assert "More than five" in done.stderr and not re.search("[一-鿿]", done.stderr)
    answers = written(tmp_path, "a.json", '{"n": 2}')
    done = CliRunner().invoke(app, ["questionnaire", "walk", file, "--answers", answers, "--language", "de"])
    assert json.loads(done.stdout)["route"][0]["problem"] == "Mehr als fünf"


def test_a_file_of_answers_needs_none_for_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = """
survey:
  - {type: note, name: intro, label: 您好, required: "yes"}
  - {type: select_one yn, name: a, label: 问, required: "yes"}
  - {type: note, name: thanks, label: 谢谢, relevant: "${a} = 'y'"}
  - {type: acknowledge, name: sure, label: 确认, relevant: "${a} = 'n'", required: "yes"}
choices: [{list_name: yn, name: y, label: 是}, {list_name: yn, name: n, label: 否}]
"""
    file, found = written(tmp_path, "f.yaml", form), []
    for given in ({}, {"a": "y"}, {"intro": None, "a": "y"}, {"a": "n"}, {"a": "n", "sure": "OK"}):
        answers = written(tmp_path, "a.json", json.dumps(given))
        assert main(["questionnaire", "walk", file, "--answers", answers]) == 0
        walked = json.loads(capsys.readouterr().out)
        found.append(([stop["name"] for stop in walked["route"]], walked["next"], walked["set_aside"]))
    assert found == [
        (["intro"], "a", []),
        (["intro", "a", "thanks"], None, []),
        (["intro", "a", "thanks"], None, []),
        (["intro", "a"], "sure", []),
        (["intro", "a", "sure"], None, []),
    ]


def test_two_versions_are_compared_and_answers_carried_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "- {{type: {}, name: {}, label: 问, constraint_message: 少, constraint: '{}'}}\n"
    old = written(tmp_path, "old.yaml", "survey:\n" + row.format("integer", "a", ". < 90") + row.format("text", "b", "true()"))
    new = written(tmp_path, "new.yaml", "survey:\n" + row.format("integer", "a", ". < 9"))
    given = written(tmp_path, "a.json", '{"a": 50, "b": "x"}')
    assert main(["questionnaire", "compare", old, new, "--answers", given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["carries"], each["changes"][0]["code"]) for each in found["questions"]] == [
        ("a", "checked", "D07"), ("b", "none", "D11")
    ]  # fmt: skip
    assert found["carried"] == {} and found["not_carried"]["a"] == "少"
    assert main(["questionnaire", "compare", old, new, "--english"]) == 0
    assert "a: checked D07 the constraint was tightened" in capsys.readouterr().out


def test_a_questionnaire_is_printed_for_approval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questionnaire", "print", SHIPPED, str(tmp_path / "form.docx"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] > 20
    assert (tmp_path / "form.docx").read_bytes()[:2] == b"PK" and [each.name for each in tmp_path.iterdir()] == ["form.docx"]
    assert main(["questionnaire", "print", SHIPPED, str(tmp_path / "form.pdf")]) == 2
    capsys.readouterr()
    assert main(["questionnaire", "print", SHIPPED, str(tmp_path / "form.docx"), "--language", "Klingon"]) == 2
    assert "Klingon" in capsys.readouterr().err
    assert main(["questionnaire", "print", SHIPPED, str(tmp_path / "away" / "form.docx")]) == 2
    assert capsys.readouterr().err == f"没有文件夹 {tmp_path / 'away'}：请先建好它，或写到别处。\n"
    (tmp_path / "bad.yaml").write_text("survey:\n  - {type: range, name: a, label: x, parameters: start=a}\n  - {type: nothing, name: b}\n")
    for command in (["ways", str(tmp_path / "bad.yaml")], ["print", str(tmp_path / "bad.yaml"), str(tmp_path / "bad.docx")]):
        assert main(["questionnaire", *command]) == 1
        assert capsys.readouterr().err.count("\n") == 1
