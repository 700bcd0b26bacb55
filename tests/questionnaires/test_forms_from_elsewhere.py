"""Forms in the style of those that phone surveys elsewhere use: each runs, or is refused with a list of what is missing and where."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.cli import main
from callcenter.questionnaire.checks import check
from callcenter.questionnaire.documents import read_document
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Course, Given, find_route
from callcenter.questionnaire.workbooks import write_workbook

FORMS = Path(__file__).parents[1] / "golden" / "forms"
MISSING: dict[str, list[tuple[str, str, int]]] = {
    "careless": [
        ("choices", "Q006", 3), ("choices", "Q007", 4), ("survey", "Q002", 2), ("survey", "Q009", 4), ("survey", "Q004", 5),
        ("survey", "Q001", 6), ("survey", "Q005", 7), ("survey", "Q008", 9), ("survey", "Q014", 11), ("survey", "Q003", 12),
        ("survey", "Q010", 13), ("survey", "Q011", 13),
    ],
    "hfps_phone": [],
    "kobo_two_languages": [],
    "nested_rosters": [],
    "odk_cascade": [
        ("external_choices", "Q020", 1), ("survey", "Q020", 4), ("survey", "Q020", 5), ("survey", "Q020", 9), ("survey", "Q009", 11),
        ("survey", "Q030", 12), ("survey", "Q020", 16),
    ],
    "satisfaction_multi": [],
    "scto_cati": [
        ("survey", "Q020", 3), ("survey", "Q020", 7), ("survey", "Q020", 8), ("survey", "Q020", 9), ("survey", "Q020", 10),
        ("survey", "Q020", 11), ("survey", "Q020", 12),
    ],
}  # fmt: skip


def document_of(name: str) -> Any:
    return yaml.safe_load((FORMS / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MISSING)
def test_a_form_from_elsewhere_runs_or_is_told_what_is_missing_and_where(name: str) -> None:
    document = document_of(name)
    found = check(document)
    assert [(each.sheet, each.code, each.row) for each in found if each.severity == "error"] == MISSING[name]
    assert not [each for each in found if each.code in {"Q012", "Q025", "Q033", "Q034", "Q035"}]
    assert all(each.fix and each.english[1] for each in found)
    again = read_document("form.xlsx", write_workbook("form", document))
    assert [(each.code, each.row) for each in check(again)] == [(each.code, each.row) for each in found]


@pytest.mark.parametrize("name", MISSING)
def test_the_command_line_walks_it_or_refuses_it_in_a_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, book, answers = FORMS / f"{name}.yaml", tmp_path / "form.xlsx", tmp_path / "answers.json"
    answers.write_text("{}", encoding="utf-8")
    assert main(["questionnaire", "convert", str(file), str(book)]) == 0
    assert main(["questionnaire", "check", str(book), "--json"]) == (1 if MISSING[name] else 0)
    capsys.readouterr()
    walked = main(["questionnaire", "walk", str(book), "--answers", str(answers)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err and walked == (1 if MISSING[name] else 0)
    assert MISSING[name] or json.loads(said.out)["next"]


def test_rosters_add_up_and_name_their_members() -> None:
    form = read_questionnaire(document_of("nested_rosters")).definition
    answers: dict[str, Any] = {
        "n_plots": 2,
        "area[1]": 4,
        "n_crops[1]": 1,
        "kind[1/1]": "maize",
        "kg[1/1]": 30,
        "area[2]": 7,
        "n_crops[2]": 2,
    }
    answers |= {"kind[2/1]": "maize", "kg[2/1]": 5, "kind[2/2]": "none"}
    route = find_route(form, {key: Given(value) for key, value in answers.items()})
    assert route.next_key == "why" and dict(route.calculated) == {
        "plot_kg[1]": "30", "plot_kg[2]": "5", "total": "11", "largest": "7", "named": "maize, maize, none"
    }  # fmt: skip
    roster = read_questionnaire(document_of("hfps_phone")).definition
    given = {
        "phone_response": "1",
        "consent": "1",
        "hh_size": 2,
        "member[1]": "Ann",
        "age[1]": 40,
        "works[1]": "1",
        "member[2]": "Bo",
        "age[2]": 9,
    }
    course = Course(roster, {key: Given(value) for key, value in given.items()})
    told = dict(course.route().calculated)
    assert (told["first"], told["members"], told["adults"], told["line[2]"]) == ("Ann", "2", "1", "2")


def test_bent_quotes_are_read_as_straight_ones() -> None:
    office = read_questionnaire(document_of("kobo_two_languages")).definition
    assert [choice.value for choice in Course(office).choices(office.by_name["office"])] == ["kyiv", "lviv"]
    assert office.by_name["id"].calculation is not None
