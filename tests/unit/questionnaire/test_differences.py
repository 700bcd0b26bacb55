"""What a change of a question means for answers to the version before."""

import re
from typing import Any

import pytest

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.differences import Languages, carried, compare, summed_up
from callcenter.questionnaire.differences.catalogue import CATALOGUE, ENGLISH
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Given

YN = [{"list_name": "yn", "name": "yes", "label": "是"}, {"list_name": "yn", "name": "no", "label": "否"}]
FIRST: dict[str, Any] = {"type": "select_one yn", "name": "first", "label": "头一题"}
Q: dict[str, Any] = {"type": "integer", "name": "q", "label": "几次"}
ONE: dict[str, Any] = {"type": "select_one yn", "name": "q", "label": "是不是"}
SCALE: dict[str, Any] = {"type": "range", "name": "q", "label": "几分", "parameters": "start=1 end=10"}


def form(*rows: dict[str, Any], choices: list[dict[str, Any]] | None = None) -> Definition:
    return read_questionnaire({"survey": [FIRST, *rows], "choices": choices or YN, "settings": []}).definition


def in_repeat(row: dict[str, Any], count: str = "2") -> list[dict[str, Any]]:
    return [{"type": "begin_repeat", "name": "r", "repeat_count": count}, row, {"type": "end_repeat"}]


@pytest.mark.parametrize(
    ("old", "new", "carries", "numbers"),
    [
        ([Q], [Q], "all", ["D00"]),
        ([Q], [Q | {"label": "多少次"}], "all", ["D01"]),
        ([Q], [Q | {"type": "decimal"}], "all", ["D06"]),
        ([Q], [Q | {"type": "date"}], "none", ["D05"]),
        ([Q | {"unit": "天"}], [Q | {"unit": "工作日"}], "none", ["D14"]),
        ([SCALE], [SCALE | {"parameters": "start=1 end=5"}], "none", ["D13"]),
        ([SCALE], [SCALE | {"parameters": "end=10 start=1 step=1"}], "all", ["D00"]),
        ([Q], [Q | {"constraint": ". <= 10"}], "checked", ["D07"]),
        ([Q | {"constraint": ". <= 10"}], [Q | {"constraint": ". <= 100"}], "checked", ["D08"]),
        ([Q | {"constraint": ". <= 10"}], [Q], "all", ["D09"]),
        ([Q], [Q | {"relevant": "${first} = 'yes'"}], "checked", ["D10"]),
        ([Q], [{"type": "begin_group", "name": "g", "relevant": "${first} = 'yes'"}, Q, {"type": "end_group"}], "checked", ["D10"]),
        ([Q], [Q | {"nonanswers": "none"}], "checked", ["D15"]),
        ([Q], [Q | {"nonanswers": "dont_know dont_remember refused"}], "all", ["D16"]),
        ([Q], [Q | {"required": "yes"}], "checked", ["D17"]),
        ([Q | {"required": "yes"}], [Q], "all", ["D18"]),
        ([Q], in_repeat(Q), "none", ["D20"]),
        (in_repeat(Q), in_repeat(Q, "3"), "checked", ["D21"]),
        ([Q], [Q | {"core": "yes", "item": "4"}], "all", ["D25", "D25"]),
        ([ONE | {"standard": "一窗", "keeps": "yes"}], [ONE | {"standard": "一窗", "keeps": "no", "breaks": "yes"}], "all", ["D25", "D25"]),
        ([Q], [Q | {"default": "1"}], "all", ["D26"]),
        ([ONE], [ONE | {"choice_filter": "name != 'no'"}], "checked", ["D23"]),
        ([ONE], [ONE | {"type": "select_multiple yn"}], "all", ["D06"]),
        ([ONE], [ONE | {"random": "yes"}], "all", ["D24"]),
        ([Q], [Q | {"type": "decimal", "label": "多少", "unit": "元"}], "none", ["D14", "D06", "D01"]),
    ],
)  # fmt: skip
def test_a_changed_question_says_what_old_answers_are_worth(
    old: list[dict[str, Any]], new: list[dict[str, Any]], carries: str, numbers: list[str]
) -> None:
    found = {each.name: each for each in compare(form(*old), form(*new))}
    assert found["q"].carries == carries and [each.number for each in found["q"].changes] == numbers
    assert found["first"].same


def test_choices_are_told_apart_by_their_codes() -> None:
    more = [*YN, {"list_name": "yn", "name": "part", "label": "部分"}]
    reworded = [YN[0] | {"label": "是的"}, YN[1]]
    told = [
        [each.number for each in compare(form(choices=a), form(choices=b))[0].changes] for a, b in ((YN, more), (more, YN), (YN, reworded))
    ]
    assert told == [["D03"], ["D04"], ["D02"]]
    assert "part（部分）" in compare(form(choices=more), form(choices=YN))[0].changes[0].reason
    assert [each.number for each in compare(form(choices=YN), form(choices=YN[::-1]))[0].changes] == ["D24"]


def test_removed_new_renamed_and_moved_questions_are_told() -> None:
    second, third = Q | {"name": "second", "label": "第二"}, Q | {"name": "third", "label": "第三"}
    found = {each.name: each for each in compare(form(Q, second, third), form(third, second | {"name": "zweite"}, Q))}
    assert {name: each.carries for name, each in found.items()} == {
        "first": "all",
        "q": "all",
        "third": "all",
        "zweite": "new",
        "second": "none",
    }
    assert [each.number for each in found["zweite"].changes] in (["D12", "D27"], ["D27", "D12"])
    assert sorted(each.number for name in ("q", "third") for each in found[name].changes) == ["D00", "D22"]
    assert (found["second"].old_row, found["second"].new_row) == (4, None)


def test_answers_carry_over_as_far_as_the_verdicts_let_them() -> None:
    old = form(Q, {"type": "text", "name": "gone", "label": "x"}, ONE | {"name": "one"}, {"type": "integer", "name": "kind", "label": "y"})
    new = form(
        Q | {"constraint": ". < 5", "constraint_message": "少于 5"}, ONE | {"name": "one"}, {"type": "date", "name": "kind", "label": "y"}
    )
    given = {"first": Given("yes"), "q": Given(7), "gone": Given("甲"), "one": Given(None, "refused"), "kind": Given(3)}
    kept, left = carried(compare(old, new), new, given)
    assert kept == {"first": Given("yes"), "one": Given(None, "refused")}
    assert left["q"] == "少于 5" and "integer 改为 date" in left["kind"] and "删去" in left["gone"]
    assert carried(compare(old, old), old, given) == (given, {})
    wider = form(Q | {"type": "text"}, ONE | {"name": "one", "type": "select_multiple yn"})
    assert carried(compare(old, wider), wider, given | {"one": Given("no")})[0] == {
        "first": Given("yes"), "q": Given("7"), "one": Given(["no"])
    }  # fmt: skip


def test_every_verdict_has_its_reason_in_both_languages() -> None:
    assert CATALOGUE.keys() == ENGLISH.keys()
    for number, (carries, chinese) in CATALOGUE.items():
        english = ENGLISH[number]
        assert carries in ("all", "checked", "none", "new") and chinese != english, number
        assert sorted(re.findall(r"{(\w+)}", chinese)) == sorted(re.findall(r"{(\w+)}", english)), number


@pytest.mark.parametrize("own", ["", "中文"])
def test_a_column_that_is_translated_stays_the_same_in_its_own_language(own: str) -> None:
    choices = [{"list_name": "l", "name": "x", "label": "甲"}]
    settings = [{"default_language": own}] if own else []
    plain = {"type": "select_one l", "name": "a", "label": "问", "hint": "念"}
    old = read_questionnaire({"survey": [plain], "choices": choices}).definition
    row = {"type": "select_one l", "name": "a", "label::中文": "问", "label::English": "Ask", "hint::中文": "念", "hint::English": "Read"}
    both = [{"list_name": "l", "name": "x", "label::中文": "甲", "label::English": "A"}]
    new = read_questionnaire({"survey": [row], "choices": both, "settings": settings}).definition
    assert [each.same for each in compare(old, new)] == [True] == [each.same for each in compare(new, old)]
    assert (Languages(old, new).added, Languages(new, old).removed, Languages(old, new).removed) == (("English",), ("English",), ())
    reworded = read_questionnaire({"survey": [row | {"label::中文": "请问"}], "choices": both, "settings": settings}).definition
    [found] = compare(old, reworded)
    assert [each.number for each in found.changes] == ["D01"] and "label::中文" in found.changes[0].reason
    other = read_questionnaire({"survey": [row | {"label::English": "Tell"}], "choices": [both[0] | {"label::English": "B"}]}).definition
    assert [each.number for each in compare(new, other)[0].changes] == ["D02", "D01"]


def test_a_great_change_is_told_in_figures() -> None:
    def made(*names: str, title: str = "t") -> Definition:
        rows = [{"type": "text", "name": name, "label": name} for name in names]
        return read_questionnaire({"survey": rows, "settings": [{"form_title": title}]}).definition

    found = summed_up(made("a", "b", "c"), made("a", "d"))
    assert (found.same, found.changed, found.added, found.removed, found.drastic) == (1, 0, 1, 2, True)
    assert not summed_up(made("a", "b", "c"), made("a", "b", "d")).drastic and summed_up(made("a"), made("a", title="u")).drastic
