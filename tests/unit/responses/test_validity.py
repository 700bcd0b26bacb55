"""Valid samples, and what screening answers bring with them."""

from typing import Any

import pytest

from callcenter.responses import screening
from callcenter.responses.validity import InterviewFacts, judge

AGAINST = [
    ({"complete": False}, "incomplete"),
    ({"right_enterprise": False}, "wrong_enterprise"),
    ({"matter_confirmed": False}, "matter_not_confirmed"),
    ({"core_answered": 0.79}, "core_unanswered"),
    ({"inside_window": False}, "outside_window"),
    ({"contradictions": ("days",)}, "contradiction"),
]


@pytest.mark.parametrize(("changed", "reason"), AGAINST, ids=[reason for _, reason in AGAINST])
def test_each_condition_is_a_reason_of_its_own(changed: dict[str, Any], reason: str) -> None:
    verdict = judge(InterviewFacts(**{"complete": True, **changed}))
    assert (verdict.valid, verdict.reasons) == (False, (reason,))


def test_too_short_is_a_flag_and_no_reason() -> None:
    verdict = judge(InterviewFacts(complete=True, seconds=30))
    assert (verdict.valid, verdict.reasons, verdict.flags) == (True, (), ("too_short",))


SCREENING = screening.read({})


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({}, None),
        ({"notice": "yes"}, None),
        ({"notice": "no"}, "soft_refusal"),
        ({"notice": "later"}, "appointment_soft"),
        ({"notice": "yes", "right_enterprise": "no"}, "wrong_number"),
        ({"notice": "yes", "right_enterprise": "yes", "handled": "no"}, "matter_denied"),
        ({"handled": "someone_else", "pass_on": "not_now"}, "informant_absent"),
        ({"handled": "yes", "informant_role": "handler"}, None),
    ],
)
def test_screening_answers_bring_their_outcome(answers: dict[str, Any], outcome: str | None) -> None:
    assert screening.outcome(SCREENING, answers) == outcome


def test_the_matter_is_confirmed_by_either_informant() -> None:
    asked = frozenset({"handled", "pass_on"})
    assert screening.confirms(SCREENING.matter_confirmed, {"handled": "yes"}, asked)
    assert screening.confirms(SCREENING.matter_confirmed, {"handled": "someone_else", "pass_on": "here"}, asked)
    assert not screening.confirms(SCREENING.matter_confirmed, {"handled": "no"}, asked)
    assert screening.confirms(SCREENING.matter_confirmed, {"days": 3}, frozenset({"days"}))
