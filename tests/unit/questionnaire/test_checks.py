import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.questionnaire.checks import check
from callcenter.questionnaire.problems import CATALOGUE, ENGLISH

YES_NO = [{"list_name": "yn", "name": "yes", "label": "是"}, {"list_name": "yn", "name": "no", "label": "否"}]


def codes(*survey: dict[str, Any], choices: list[dict[str, Any]] | None = None) -> list[tuple[str, int]]:
    document = {"survey": list(survey), "choices": YES_NO if choices is None else choices, "settings": []}
    return [(problem.code, problem.row) for problem in check(document, items=frozenset({1, 4}))]


ASK = {"type": "select_one yn", "name": "a", "label": "问"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([ASK], []),
        ([{"type": "geopiont", "name": "a", "label": "x"}, ASK | {"name": "b"}], [("Q001", 2)]),
        ([{"type": "geopoint", "name": "a", "label": "x"}, ASK | {"name": "b"}], [("Q020", 2)]),
        ([{"type": "select_one_from_file x.csv", "name": "a", "label": "x"}, ASK | {"name": "b"}], [("Q020", 2)]),
        ([ASK, {"type": "begin_repeat", "name": "r", "repeat_count": "2"}, {"type": "text", "name": "b", "label": "x"},
          {"type": "end_repeat"}, {"type": "select_one ${b}", "name": "c", "label": "x"}], [("Q020", 6)]),
        ([ASK, {"type": "calculate", "name": "b", "calculation": "pulldata('f', 'a', 'b', ${a})"}], [("Q020", 3)]),
        ([ASK | {"appearance": "search('f')"}], [("Q020", 2)]),
        ([ASK, {"type": "calculate", "name": "b", "calculation": "1", "trigger": "${a}"}], [("Q020", 3)]),
        ([ASK | {"media::image": "a.jpg"}], [("Q031", 2)]),
        ([{"type": "audit", "name": "audit"}, ASK], [("Q031", 2)]),
        ([{"type": "start", "name": "start"}, {"type": "today", "name": "day"},
          ASK | {"relevant": "${day} > '2020-01-01'"}], [("Q034", 4)]),
        ([{"type": "text", "name": "a", "Label": "x", "Relevance": "1 = 2"}], [("Q012", 2)]),
        ([{"type": "text", "name": "a", "label: English (en)": "x"}, {"type": "text", "name": "b", "label": "y"}], [("Q023", 3)]),
        ([ASK | {"label::English (en)": "ask"}], [("Q023", 2), ("Q023", 3)]),  # the choices
        ([{"type": "integer", "name": "a", "label": "x", "constraint": ". > 5 and . < 3", "constraint_message": "x"}], [("Q025", 2)]),
        ([{"type": "integer", "name": "a", "label": "x", "constraint": ". mod 97 = 5 and . > 200", "constraint_message": "x"}], []),
        ([{"type": "text", "name": "a", "label": "x", "constraint": "regex(., '^1[3-9]\\d{9}$')", "constraint_message": "x"}], []),
        ([{"type": "text", "name": "a", "label": "x", "constraint": ". = '甲' and . = '乙'", "constraint_message": "x"}], [("Q025", 2)]),
        ([{"type": "text", "name": "a", "label": "x", "constraint": "regex(., '^a') and string-length(.) = 300",
           "constraint_message": "x"}],
         [("Q037", 2)]),
        ([{"type": "integer", "name": "a", "label": "x", "constraint": ". mod 7919 = 5 and . > 90000", "constraint_message": "x"}],
         [("Q037", 2)]),
        ([{"type": "date", "name": "a", "label": "x", "constraint": ". <= today() and . > '2022-05-30'", "constraint_message": "x"}], []),
        ([{"type": "date", "name": "a", "label": "x", "constraint": ". > today() and . < '2022-05-30'", "constraint_message": "x"}],
         [("Q025", 2)]),
        ([ASK, {"type": "integer", "name": "b", "label": "x", "say": "规定 3 个工作日办结，您用了几天？", "measure": "workdays",
                "standard": "3个工作日"}], [("Q036", 3)]),
        ([ASK, {"type": "integer", "name": "b", "label": "x", "say": "您用了几个工作日？", "measure": "workdays", "standard": "3个工作日"},
          {"type": "note", "name": "c", "say": "规定是3个工作日。"}], []),
        ([ASK, {"type": "select_one yn", "name": "b", "label": "x", "constraint": ". != 'no'", "constraint_message": "x"},
          {"type": "text", "name": "c", "label": "x", "relevant": "${a} = 'yes' or ${b} = 'no'"}], [("Q035", 3)]),
        ([ASK, {"type": "text", "name": "b", "disabled": "yes"}], []),
        ([ASK, {"type": "begin_repeat", "name": "r", "repeat_count": "101"}, {"type": "text", "name": "b", "label": "x"},
          {"type": "end_repeat"}], [("Q032", 3)]),
        ([ASK, {"type": "begin_repeat", "name": "r", "repeat_count": "${b}"}, {"type": "integer", "name": "b", "label": "x"},
          {"type": "end_repeat"}], [("Q008", 4)]),
        ([ASK, {"type": "begin_repeat", "name": "r", "repeat_count": "${z}"}, {"type": "integer", "name": "b", "label": "x"},
          {"type": "end_repeat"}], [("Q004", 3)]),
        ([ASK, {"type": "begin_repeat", "name": "r", "repeat_count": "1"}, {"type": "text", "name": "b", "label": "x"},
          {"type": "end_group"}], [("Q011", 5)]),
        ([{"type": "text", "label": "x"}], [("Q027", 1), ("Q002", 2)]),
        ([{"type": "text", "name": "1a", "label": "x"}, ASK], [("Q002", 2)]),
        ([ASK, ASK], [("Q003", 3)]),
        ([ASK, {"type": "text", "name": "b", "label": "x", "relevant": "${c} = 1"}], [("Q004", 3)]),
        ([ASK, {"type": "text", "name": "b", "label": "为什么是${c}"}], [("Q004", 3)]),
        ([{"type": "select_one nothing", "name": "a", "label": "x"}], [("Q005", 2)]),
        ([{"type": "calculate", "name": "x", "calculation": "${y} + 1"},
          {"type": "calculate", "name": "y", "calculation": "${x} + 1"}, ASK], [("Q008", 2)]),
        ([ASK | {"relevant": "${a} = 'yes'"}], [("Q008", 2)]),
        ([ASK | {"relevant": "1 +"}], [("Q009", 2)]),
        ([{"type": "text", "name": "a"}], [("Q010", 2)]),
        ([{"type": "begin_group", "name": "g"}, ASK], [("Q011", 3)]),
        ([ASK, {"type": "end_group"}], [("Q011", 3)]),
        ([ASK, {"type": "text", "name": "b", "label": "x", "relevant": "${a} = 'yes' and ${a} = 'no'"}], [("Q012", 3)]),
        ([{"type": "range", "name": "a", "label": "x", "parameters": "start=1 end=1"}], [("Q013", 2)]),
        ([{"type": "range", "name": "a", "label": "x", "parameters": "start=10 end=1"}], [("Q013", 2)]),
        ([{"type": "range", "name": "a", "label": "x", "parameters": "start=10 end=1 step=-1"}], []),
        ([ASK, ASK | {"name": "b", "choice_filter": "${a} = 'yes'", "required": "yes", "nonanswers": "none"}], [("Q038", 3)]),
        ([ASK, ASK | {"name": "b", "choice_filter": "${a} = 'yes'", "required": "yes", "nonanswers": "refused"}], [("Q039", 3)]),
        ([{"type": "calculate", "name": "x"}, ASK], [("Q014", 2)]),
        ([ASK | {"say": "{{ enterprise.secret }}"}], [("Q015", 2)]),
        ([ASK | {"say": "{{ ''.__class__.__mro__ }}"}], [("Q015", 2)]),
        ([ASK | {"say": "{% for i in range(10**9) %}x{% endfor %}"}], [("Q015", 2)]),
        ([{"type": "text", "name": "b", "label": "x", "relevant": "${a} = 'yes'"}, ASK], [("Q016", 2)]),
        ([ASK | {"colour": "red"}], [("Q017", 2)]),
        ([ASK | {"measure": "furlongs"}], [("Q018", 2)]),
        ([ASK, {"type": "text", "name": "b", "label": "x", "relevant": "${a} = 'maybe'"}], [("Q019", 3)]),
        ([ASK, {"type": "begin_repeat", "name": "r"}, {"type": "text", "name": "b", "label": "x"}, {"type": "end_repeat"}], [("Q030", 3)]),
        ([{"type": "integer", "name": "a", "label": "x", "constraint": ". > 0"}], [("Q021", 2)]),
        ([ASK | {"item": "4 99"}], [("Q022", 2)]),
        ([{"type": "text", "name": "a", "label": "x", "label::English (en)": "ask"}, {"type": "text", "name": "b", "label": "x"}],
         [("Q023", 3)]),
        ([ASK | {"nonanswers": "dunno"}], [("Q024", 2)]),
        ([ASK | {"core": "yes"}], [("Q028", 2)]),
        ([ASK | {"core": "yes", "required": "yes"}], []),
        ([{"type": "integer", "name": "a", "label": "x", "required": "yes", "nonanswers": "none", "constraint": ". > 5 and . < 3",
           "constraint_message": "x"}], [("Q025", 2)]),
    ],
)  # fmt: skip
def test_a_problem_is_found_with_its_number_and_row(rows: list[dict[str, Any]], found: list[tuple[str, int]]) -> None:
    assert codes(*rows) == found


def test_a_scale_that_is_no_number_is_told_without_the_words_of_the_program() -> None:
    rows = [{"type": "range", "name": "a", "label": "x", "parameters": "start=a"}]
    assert [each.message for each in check({"survey": rows})] == ["刻度不对：start=a"]


def test_choice_lists_are_checked() -> None:
    twice = [*YES_NO, YES_NO[0], {"list_name": "yn", "label": "空"}]
    assert codes(ASK, choices=twice) == [("Q006", 4), ("Q007", 5)]


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"survey": "x"}, {"survey": []}, {"survey": [None, 3, {}], "choices": "x"}, {"survey": [{"type": 5, "name": []}]}],
)
def test_what_is_no_questionnaire_is_told_and_never_fails(document: Any) -> None:
    assert {problem.code for problem in check(document)} & {"Q026", "Q027", "Q001"}


def test_every_entry_of_the_catalogue_says_what_to_do() -> None:
    assert all(severity in {"error", "warning"} and message and fix for severity, message, fix in CATALOGUE.values())


def test_the_catalogue_speaks_english_with_the_same_details() -> None:
    assert set(ENGLISH) == set(CATALOGUE)
    for code, (_, message, fix) in CATALOGUE.items():
        for ours, theirs in zip((message, fix), ENGLISH[code], strict=True):
            assert set(re.findall(r"{\w+}", ours.replace("{{", ""))) == set(re.findall(r"{\w+}", theirs.replace("{{", ""))), code
    (found,) = check({"survey": [ASK | {"name": "1"}]})[:1]
    assert "question" in found.in_english().message and set(found.as_json("en")) == {"code", "severity", "sheet", "row", "message", "fix"}


WORDS = st.sampled_from(
    ["text", "integer", "range", "select_one yn", "select_multiple yn or_other", "calculate", "note", "begin_group", "end_group", "rank yn",
     "a", "b", "yes", "no", "", "${a}", "${b} > 1", "selected(${a}, 'yes')", ". > 0", "start=1 end=3", "start=x",
     "{{ enterprise.name }}", "{{", "1 +",
     "${a} = ${b}", "true()", "none", "refused"]
)  # fmt: skip
CELLS = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.integers(), max_size=2))
NAMES = st.sampled_from(
    ["type", "name", "label", "say", "label::English (en)", "relevant", "constraint", "calculation", "required", "parameters", "default",
     "core", "item", "nonanswers", "random", "list_name"]
)  # fmt: skip
ROWS = st.one_of(
    st.none(),
    st.dictionaries(NAMES, CELLS, max_size=8),
    st.fixed_dictionaries({"type": WORDS, "name": WORDS, "label": WORDS, "relevant": WORDS}),
)


@given(st.fixed_dictionaries({"survey": st.lists(ROWS, max_size=6), "choices": st.one_of(CELLS, st.just(YES_NO)), "settings": CELLS}))
def test_any_document_is_judged_and_none_breaks_the_check(document: Any) -> None:
    for problem in check(document):
        assert problem.code in CATALOGUE and problem.message and problem.fix


def test_the_how_to_lists_every_number_of_the_catalogue_in_its_own_words() -> None:
    text = (Path(__file__).parents[3] / "docs" / "how-to" / "write-a-questionnaire.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (Q\d+) \| (\w+) \| (.+) \| (.+) \|$", text, re.MULTILINE)

    def shown(said: str) -> str:
        return said.format_map(defaultdict(lambda: "…"))

    assert listed == [(number, CATALOGUE[number][0], *map(shown, ENGLISH[number])) for number in sorted(CATALOGUE)]
    assert sorted(CATALOGUE) == sorted(ENGLISH)
