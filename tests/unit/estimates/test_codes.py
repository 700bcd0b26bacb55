"""Codes given by hand make a question of several choices, of which nothing is told before all answers are coded."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.estimates.codes import Progress, choices_of, coded_name, coded_question
from callcenter.estimates.questions import Question
from callcenter.exports.variables import Asked, variables, with_codes
from tests.factories.sampling import MOMENT


@dataclass
class Code:
    code: str
    label: str
    retired_at: datetime | None = None


FRAME = [Code("1", "材料"), Code("2", "系统", MOMENT)]
CHOICES = (("1", "材料"), ("2", "系统（已停用）"), ("0", "没有合适的类别"))


def test_the_frame_becomes_choices_with_what_was_retired_and_that_none_fits() -> None:
    assert choices_of(FRAME) == CHOICES
    coded = coded_question(Question("wish", "text", "有何建议？", repeated=True), FRAME, ["wish", "days"])
    assert (coded.name, coded.kind, coded.label, coded.choices, coded.repeated) == (
        *("wish_coded", "select_multiple", "有何建议？（编码）"),
        *(CHOICES, True),
    )


def test_no_question_loses_its_name_to_a_coded_one() -> None:
    assert coded_name("wish", ["wish", "Wish_Coded", "wish_coded_2"]) == "wish_coded_3"
    asked = [Asked("wish", "text", "一"), Asked("Wish", "text", "二"), Asked("wish_coded", "integer", "三"), Asked("days", "integer", "四")]
    found = with_codes(asked, {"wish": FRAME, "Wish": FRAME, "days": FRAME})
    assert [each.name for each in found] == ["wish", "wish_coded_2", "Wish", "Wish_coded_3", "wish_coded", "days"]
    assert [each.name for each in variables(found[:2], {})] == ["wish", "wish_coded_2__1", "wish_coded_2__2", "wish_coded_2__0"]


def test_shares_are_told_once_all_answers_are_coded() -> None:
    assert Progress(57, 57).complete
    assert not Progress(57, 12).complete
    assert not Progress(0, 0).complete
