from typing import Any

import pytest

from callcenter.questionnaire.definition import Choice, Question
from callcenter.questionnaire.question_types import as_text, read_answer

CHOICES = (Choice("a", {"": "甲"}), Choice("b", {"": "乙"}), Choice("c", {"": "丙"}))


def asked(kind: str) -> Question:
    return Question("q", kind, 2, choices=CHOICES, parameters={"start": "1", "end": "10", "step": "1"})


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("select_one", "a", "a"),
        ("select_multiple", ["c", "a", "c"], ["a", "c"]),  # each once, in the order of the list
        ("select_multiple", "b a", ["a", "b"]),
        ("select_multiple", [], None),
        ("rank", ["c", "a", "b"], ["c", "a", "b"]),
        ("integer", "12", 12),
        ("integer", "１２", 12),  # full-width digits
        ("integer", 3.0, 3),
        ("decimal", "0.5", 0.5),
        ("decimal", 2, 2),
        ("range", 10, 10),
        ("range", "7", 7),
        ("text", " 慢 \x00", "慢"),
        ("date", "2022.6.1", "2022-06-01"),
        ("date", "2022年6月1日", "2022-06-01"),
        ("time", "9:05", "09:05"),
        ("acknowledge", "OK", "OK"),
        ("note", "anything", None),
        ("integer", "", None),
        ("integer", None, None),
    ],
)
def test_an_answer_is_read_as_its_type(kind: str, raw: Any, value: Any) -> None:
    assert read_answer(asked(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("select_one", "d"),
        ("select_one", True),
        ("select_one", ["a"]),
        ("select_multiple", ["a", "d"]),
        ("select_multiple", {"a": 1}),
        ("rank", ["a", "b"]),
        ("integer", "1.5"),
        ("integer", "abc"),
        ("integer", True),
        ("integer", [1]),
        ("integer", "1e400"),
        ("integer", float("nan")),
        ("decimal", "1,5"),
        ("range", 11),
        ("range", 5.5),
        ("text", 5),
        ("text", "长" * 100_000),
        ("date", "2022-02-30"),
        ("time", "25:00"),
        ("acknowledge", "no"),
    ],
)
def test_what_is_no_answer_of_its_type_is_refused_with_a_sentence(kind: str, raw: Any) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        read_answer(asked(kind), raw)


def test_expressions_see_codes_parted_by_blanks_and_figures_without_a_point() -> None:
    assert [as_text(value) for value in (None, ["a", "b"], 3.0, 0.5, "x")] == ["", "a b", "3", "0.5", "x"]
