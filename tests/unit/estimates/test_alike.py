"""Answers in the same words are coded once."""

from dataclasses import dataclass

from callcenter.estimates.alike import alike, next_uncoded


@dataclass
class Answer:
    case_id: int
    said: str
    counted: list[str] | None = None
    district: str = "和平区"
    instance: str = ""


def test_the_same_words_stand_together_unless_they_are_coded_otherwise() -> None:
    answers = [
        Answer(1, "没有"),
        Answer(2, "少跑\n一趟"),
        Answer(3, " 没有 ", district="河西区"),
        Answer(4, "没有", ["1"]),
        Answer(5, "少跑 一趟"),
    ]
    groups = alike(answers)
    assert [[each.case_id for each in group.answers] for group in groups] == [[1, 3], [2, 5], [4]]
    assert groups[0].districts == {"和平区": 1, "河西区": 1}
    assert [group.uncoded for group in groups] == [True, True, False]


def test_it_goes_on_behind_the_one_that_was_coded_and_then_from_the_start() -> None:
    answers = [Answer(1, "甲"), Answer(2, "乙", ["1"]), Answer(3, "丙")]
    following = [next_uncoded(alike(answers), each) for each in answers]
    assert [each and each.place for each in following] == ["3.", "3.", "1."]
    assert next_uncoded(alike([Answer(2, "乙", ["1"])]), answers[1]) is None
