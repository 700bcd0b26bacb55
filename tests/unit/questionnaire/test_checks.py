import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.questionnaire.checks import check
from callcenter.questionnaire.expressions.grammar import FROM_XPATH, FUNCTIONS
from callcenter.questionnaire.problems import CATALOGUE, ENGLISH, QuestionnaireProblems
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.screening import names_looked_at

YES_NO = [{"list_name": "yn", "name": "yes", "label": "是"}, {"list_name": "yn", "name": "no", "label": "否"}]


def codes(*survey: dict[str, Any], choices: list[dict[str, Any]] | None = None) -> list[tuple[str, int]]:
    document = {"survey": list(survey), "choices": YES_NO if choices is None else choices, "settings": []}
    return [(problem.code, problem.row) for problem in check(document, items=frozenset({1, 4}))]


ASK = {"type": "select_one yn", "name": "a", "label": "问"}
T = {"type": "time", "name": "t", "label": "几点", "constraint_message": "营业时间"}


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
        ([{"type": "text", "name": "a", "label": "x", "read_only": True, "appearance": "multiline signature"},
          {"type": "note", "name": "b", "label": "x", "read_only": "yes"}], [("Q031", 2), ("Q031", 2)]),
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
        ([ASK, {"type": "text", "name": "b", "label": "x", "relevant": "selected('yes maybe', ${a})"}], [("Q019", 3)]),
        ([ASK, {"type": "text", "name": "b", "label": "x", "relevant": "selected('no yes', ${a})"}], []),
        ([ASK | {"colour": "red"}], [("Q017", 2)]),
        ([ASK | {"$kuid": "a1b2", "kobo--score-choices": "yes", "hxl": "#x"}, ASK | {"name": "b", "$kuid": "c3"}], [("Q017", 2)] * 3),
        ([ASK | {"$kuid": "", "kobo--score-choices": None}], []),  # an empty column says nothing
        ([ASK | {"measure": "furlongs"}], [("Q018", 2)]),
        ([T, T | {"name": "b", "constraint": "decimal-time(.) > decimal-time(${t})"}], []),
        ([T | {"constraint": "decimal-time(.) >= decimal-time('18:45') and decimal-time(.) < 0.8"}], []),
        ([T | {"constraint": "decimal-time(.) >= 0.5 and decimal-time(.) < decimal-time('09:00')"}], [("Q025", 2)]),
        ([T | {"type": "datetime", "constraint": "decimal-time(.) >= decimal-time('23:30')"}], []),
        ([T | {"constraint": ". >= '09:00' and . <= '18:00'"}], [("Q025", 2), ("Q044", 2), ("Q044", 2)]),
        ([T, {"type": "begin_group", "name": "g", "relevant": "not(${t} < ${t})"}, ASK, {"type": "end_group"}], [("Q044", 3)]),
        ([T, ASK | {"relevant": "${t} = '09:30'"}], []),
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
        ([ASK | {"standard": "一窗办理", "keeps": "yes"}, ASK | {"name": "b", "standard": "一窗办理", "Keeps": True}], []),
        ([ASK | {"standard": "一窗办理", "keeps": "yes，maybe", "breaks": "no never"}], [("Q019", 2), ("Q019", 2)]),
        ([ASK | {"keeps": "yes"}, ASK | {"name": "b", "standard": "一窗办理", "breaks": "no"},
          ASK | {"type": "rank yn", "name": "c", "standard": "一窗办理", "keeps": "yes"},
          {"type": "integer", "name": "d", "label": "x", "standard": "一窗办理", "keeps": "1"},
          {"type": "begin_group", "name": "g", "breaks": "no"}, {"type": "note", "name": "e", "label": "x"}, {"type": "end_group"}],
         [("Q041", 2), ("Q041", 3), ("Q041", 4), ("Q041", 5), ("Q041", 6)]),
        ([ASK | {"standard": "一窗办理", "keeps": "yes", "breaks": "yes"}], [("Q042", 2)]),
        ([ASK | {"type": "select_one yn or_other", "standard": "一窗办理", "keeps": "yes no"},
          ASK | {"name": "b", "standard": "一窗办理", "keeps": "yes no"}], [("Q043", 3)]),
        ([ASK | {"standard": "3个工作日", "keeps": "yes", "say": "规定3个工作日办结，办到了吗？"}], [("Q036", 2)]),
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
    told = QuestionnaireProblems([found]).told
    assert (
        f"{found.code} survey 第 {found.row} 行" in told
        and f"{found.code} survey row {found.row}: " in told.english
        and not re.search(r"[\u4e00-\u9fff]", told.english)
    )
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


def said_in_english(document: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    return [(each.code, each.sheet, each.row, each.in_english().message) for each in check(document)]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("${a} == 'yes'", "write = for =="),
        ("${a} = 'yes' && ${a} != 'no'", "write and for &&"),
        ("${a} <> 'yes'", "write != for <>"),
        ("${a} = 'yes' AND ${a} != 'no'", "small letters"),
        ("AND(${a} = 'yes', ${a} != 'no')", "write AND in small letters"),
        ("Selected(${a}, 'yes')", "write Selected in small letters: selected"),
        ("$(a) = 'yes'", "write ${question} for $(question)"),
        ("${a = 'yes'", "a } is missing"),
        ("not ${a} = 'yes'", "write not(…)"),
        ("selected（${a}， 'yes'）", "plain form"),
        ("${a} ≥ 3", "write <= >="),
        ("${a} = yes", "or quote it"),
        ("if(${a} = 'yes', 1)", "if() takes another number of arguments"),
        ("selected(${a}, 'yes'", "a bracket is missing"),
        ("${a} = 'yes", "a quote is missing"),
        ("selected(${a} 'yes')", "a comma, an operator or an and may be missing"),
    ],
)
def test_a_slip_in_an_expression_is_told_with_its_remedy(written: str, remedy: str) -> None:
    [found] = check({"survey": [ASK, {"type": "text", "name": "b", "label": "x", "relevant": written}], "choices": YES_NO})
    assert found.code == "Q009" and remedy in found.in_english().message
    assert not re.search(r"[\u4e00-\u9fff]", found.in_english().message)


def test_a_misspelt_type_is_told_with_the_one_that_was_probably_meant_first() -> None:
    [found] = check({"survey": [ASK, ASK | {"name": "b", "type": "selct_one yn"}], "choices": YES_NO})
    assert found.code == "Q001" and found.in_english().fix.startswith("Use a type that is known: select_one, note, ")


def test_what_is_not_supported_is_told_whole_in_both_languages() -> None:
    rows = [ASK, {"type": "calculate", "name": "c", "calculation": "count-if(${a}, 1) + pulldata('f', 'a', 'b', ${a})"}]
    rows += [{"type": "text", "name": "d", "label": "x", "relevant": "${last-saved#d} = 'x'"}]
    rows += [{"type": "begin_kobomatrix", "name": "m"}, {"type": "select_one towns.csv", "name": "t", "label": "x"}]
    assert said_in_english({"survey": rows, "choices": YES_NO, "entities": [{"dataset": "x"}], "External_Choices": [{"name": "x"}]}) == [
        ("Q020", "External_Choices", 1, "not supported: the sheet External_Choices"),
        ("Q031", "entities", 1, "the sheet entities has no effect in a telephone interview"),
        ("Q020", "survey", 3, "not supported: count-if(), pulldata() in calculation"),
        ("Q020", "survey", 4, "not supported: the answer saved last (${last-saved#d}) in relevant"),
        ("Q020", "survey", 5, "not supported: KoBo's ratings, rankings and matrices (begin_kobomatrix)"),
        ("Q020", "survey", 6, "not supported: choices from a file (select_one towns.csv)"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("count_selected(${a})", "count-selected()"), ("time('9:00')", "decimal-time()"), ("ceil(1)", "ceiling()"), ("pulldata('f')", "")],
)
def test_a_function_that_there_is_not_is_told_with_the_one_that_was_probably_meant(written: str, meant: str) -> None:
    [found] = check({"survey": [ASK, {"type": "calculate", "name": "c", "calculation": written}], "choices": YES_NO})
    spoken = found.in_english()
    assert found.code == "Q020" and "write-a-questionnaire.md" in spoken.fix and "write-a-questionnaire.md" in found.fix
    assert spoken.fix.startswith(f"Perhaps {meant} is meant." if meant else "Use functions") and (meant in found.fix)


def test_the_how_to_lists_every_function_and_no_other() -> None:
    told = Path("docs/how-to/write-a-questionnaire.md").read_text(encoding="utf-8").partition("## Functions")[2].partition("## Blocks")[0]
    rows = "".join(line for line in told.splitlines() if line.startswith("| "))
    known = {*FUNCTIONS, *FROM_XPATH} - {"choice-name"} | {"jr:choice-name"}
    assert set(re.findall(r"([a-z][\w:-]*)\(", rows)) == known


def test_what_to_write_for_a_comparison_of_times_can_be_met() -> None:
    rows = [T, T | {"name": "u", "constraint": "(.) > ${t} and '18:00' >= string(.)"}]
    told = [each.in_english().fix.removeprefix("Write ") for each in check({"survey": rows}) if each.code == "Q044"]
    assert told == ["decimal-time('18:00') >= decimal-time(string(.))", "decimal-time((.)) > decimal-time(${t})"]
    assert check({"survey": [T, T | {"name": "u", "constraint": " and ".join(told)}]}) == []


def test_or_other_is_asked_in_every_language_of_the_form() -> None:
    choices = [{"list_name": "l", "name": "x", "label::English (en)": "X", "label::Français (fr)": "X"}]
    row = {"type": "select_one l or specify other", "name": "a", "label::English (en)": "Which?", "label::Français (fr)": "Lequel ?"}
    document = {"survey": [row], "choices": choices}
    assert check(document) == []
    definition = read_questionnaire(document).definition
    assert definition.by_name["a"].choices[-1].label["English (en)"] == "Other"
    assert definition.by_name["a_other"].text("label", "en") == "Please specify"


def test_or_other_is_asked_in_languages_that_only_other_columns_name() -> None:
    row = {"type": "select_one yn or_other", "name": "a", "say::中文": "问", "say::English": "ask", "label": "简"}
    choices = [{"list_name": "yn", "name": "yes", "label": "是", "label::English": "yes"}]
    assert check({"survey": [row | {"label::English": "short"}], "choices": choices}) == []
    definition = read_questionnaire({"survey": [row], "choices": choices}).definition
    asked = definition.by_name["a_other"]
    assert (asked.text("label"), asked.text("label", "en"), definition.languages) == ("请具体说明", "Please specify", ("中文", "English"))


def test_an_other_that_the_list_has_already_is_not_added_again() -> None:
    choices = [*YES_NO, {"list_name": "yn", "name": "other", "label": "别的"}]
    definition = read_questionnaire({"survey": [ASK | {"type": "select_one yn or_other"}], "choices": choices}).definition
    assert [choice.value for choice in definition.by_name["a"].choices] == ["yes", "no", "other"] and "a_other" in definition.by_name


def test_a_sheet_whose_first_row_names_no_columns_is_told_in_one_sentence() -> None:
    assert said_in_english({"survey": [{"(A)": "type", "(B)": "name"}, {"(A)": "text", "(B)": "a"}]}) == [
        ("Q026", "survey", 1, "the file is no questionnaire: row 1 of survey does not name the column type")
    ]


def test_texts_without_a_language_are_in_the_default_language() -> None:
    rows = [{"type": "text", "name": "a", "label": "Hola", "label::English (en)": "Hello", "hint": "h", "hint::English (en)": "h"}]
    assert check({"survey": rows, "settings": [{"default_language": "Español (es)"}]}) == []
    rows[0] |= {"label::Español (es)": "Hola"}
    assert check({"survey": rows, "settings": [{"default_language": "Español (es)"}]}) == []
    assert {each.code for each in check({"survey": rows, "settings": []})} == {"Q023"}


def test_screening_questions_that_a_study_looks_at_are_missed() -> None:
    document = {"survey": [ASK | {"name": "handled"}], "choices": YES_NO}
    assert check(document) == []
    [found] = check(document, screening=names_looked_at({}))
    assert (found.code, found.row) == ("Q040", 1)
    assert found.in_english().message.startswith("no question is called notice, right_enterprise, pass_on, informant_role:")
    own = {"validity": {"screening": {"who": {"no": "wrong_number"}}, "confirmed": {"right_enterprise": {"who": ["yes"]}}}}
    assert names_looked_at(own) == ("who", "handled", "pass_on", "informant_role")


def test_a_filter_that_leaves_nothing_is_told_with_the_way_there() -> None:
    rows = [ASK, {"type": "integer", "name": "n", "label": "x"}, ASK | {"name": "b", "choice_filter": "${a} = 'yes'"}]
    [found] = check({"survey": rows, "choices": YES_NO})
    assert found.code == "Q039" and "(a = " in found.in_english().message and "n =" not in found.message


def test_labels_of_choices_are_looked_at_like_other_texts() -> None:
    choices = [
        {"list_name": "yn", "name": "yes", "label": "{{ enterprise.secret }}"},
        {"list_name": "yn", "name": "no", "label": "${ghost}"},
    ]
    found = [(each.code, each.sheet, each.row) for each in check({"survey": [ASK], "choices": choices})]
    assert found == [("Q015", "choices", 2), ("Q004", "choices", 3)]


def test_choices_need_the_name_of_their_list_and_remarks_beside_them_do_not() -> None:
    choices = [*YES_NO, {"name": "x", "label": "X"}, {"note": "only a remark"}]
    found = [
        (each.code, each.row) for each in check({"survey": [ASK, {"type": "select_one", "name": "b", "label": "x"}], "choices": choices})
    ]
    assert found == [("Q007", 4), ("Q005", 3)]


def test_a_row_of_labels_above_a_table_takes_no_answer() -> None:
    rows = [ASK | {"name": "head", "appearance": "label"}, ASK | {"appearance": "list-nolabel"}]
    definition = read_questionnaire({"survey": rows, "choices": YES_NO}).definition
    assert [question.type for question in definition.questions] == ["note", "select_one"]
