"""Which outcome the console suggests."""

from typing import Any

import pytest

from callcenter.calls import outcomes
from callcenter.calls.dispositions import Limits
from callcenter.responses.screening import Screening
from callcenter.web.pages.operator.offers import KEYS, CallSeen, InterviewSeen, offered, suggested

TALKED = CallSeen("completed", answered=True)


@pytest.mark.parametrize(
    ("interview", "expected"),
    [
        (InterviewSeen(True, 1.0, {"a": "1"}, answered=True), "complete"),
        (InterviewSeen(False, 0.6, {"a": "1"}, answered=True), "partial"),
        (InterviewSeen(False, 0.9, {"a": "1"}, answered=True), "broken_off"),  # nearly through
        (InterviewSeen(False, 0.2, {"a": "1"}, answered=True), "broken_off"),
        (InterviewSeen(True, 0.0, {"notice": None}, answered=True, last_nonanswer="refused"), "soft_refusal"),  # refused when screened
        (InterviewSeen(False, 0.2, {"a": None}, answered=True, last_nonanswer="refused"), "soft_refusal"),
        (InterviewSeen(True, 0.0, {"handled": "no"}, answered=True), "matter_denied"),
        (InterviewSeen(True, 0.0, {"still_trading": "no"}, answered=True), "not_eligible"),  # screened out by a question of its own
        (InterviewSeen(False, 0.0, {}), None),  # not a word: the operator knows
    ],
)
def test_a_talk_that_ended_early_suggests_how_it_ended_and_never_a_machine(interview: InterviewSeen, expected: Any) -> None:
    about = (TALKED, interview, Limits(), Screening())
    assert suggested(*about) == expected
    assert expected is None or offered(*about)[0] == expected


def test_an_outcome_has_one_key_of_its_own_among_all_offered_with_it() -> None:
    for together in (outcomes.WITH_AN_ANSWER, outcomes.WITHOUT_SPEECH, outcomes.ANNOUNCED):
        keys = [KEYS[code] for code in together]
        assert len({*keys}) == len(keys)
    commands = {*"NDHRKOMPCSUGEB"}  # keys of the console that mean something else
    assert not commands & {*KEYS.values()}
