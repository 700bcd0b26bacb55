"""A form that is refused says which field is wrong, in words, and what its limit is."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from callcenter.web import invalid_fields
from callcenter.web.translations import speak


class Form(BaseModel):
    password: Annotated[str, Field(max_length=5)] = ""
    reason: Annotated[str, Field(max_length=5)] = ""
    count: Annotated[int, Field(ge=1, le=9)] = 1
    version: int = 0


def problems(**typed: Any) -> list[Any]:
    with pytest.raises(ValidationError) as caught:
        Form(**typed)
    return [{**problem, "loc": ("body", *problem["loc"])} for problem in caught.value.errors()]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "一二三四五六"}, ["“理由”最多 5 个字，现在有 6 个：请删减后再提交。"]),
        ({"count": "几个"}, ["“数量”应是数字：请改正后再提交。"]),
        ({"count": 0}, ["“数量”不能小于 1：请改正后再提交。"]),
        ({"count": 10}, ["“数量”不能大于 9：请改正后再提交。"]),
        ({"version": "x"}, []),
    ],
)
def test_each_field_is_named_with_its_limit(typed: dict[str, Any], said: list[str]) -> None:
    assert invalid_fields.sentences(problems(**typed)) == said


def test_what_was_typed_and_is_too_long_is_given_back() -> None:
    assert invalid_fields.too_long(problems(reason="一二三四五六", count=0, password="secret")) == [("理由", "一二三四五六")]


def test_english_readers_are_told_in_english() -> None:
    speak("en")
    try:
        (said,) = invalid_fields.sentences(problems(reason="x" * 5000))
    finally:
        speak("zh")
    assert said == "“Reason” takes at most 5 characters and has 5,000 now: shorten it, then send it again."


def test_an_address_that_is_wrong_names_no_field() -> None:
    assert invalid_fields.sentences([{"type": "int_parsing", "loc": ("path", "reason"), "input": "x"}]) == []
