"""What the informant agreed to in the opening notice."""

from collections.abc import Mapping

from callcenter.questionnaire.routing import Given

NOTICE = "notice"
"""Name of the question that holds the opening notice and its answer."""


def recording_allowed(answers: Mapping[str, Given]) -> bool:
    """Recording needs a plain yes; a no to recording does not end the interview."""
    given = answers.get(NOTICE)
    return given is not None and given.value == "yes"
