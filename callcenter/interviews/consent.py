"""What the informant agreed to in the opening notice."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.questionnaire.routing import Given

NOTICE = "notice"
"""Name of the question that holds the opening notice and its answer."""


@dataclass(frozen=True)
class Agreed:
    """To what an informant said yes."""

    interview: bool
    recording: bool


def read_consent(given: Given) -> Agreed:
    """What an answer to the notice agrees to: recording by a plain yes alone; without it the interview goes on all the same."""
    return Agreed(given.value in {"yes", "no_recording"}, given.value == "yes")


def notice_version(words: str) -> str:
    """The version of a notice: the same words, before names are put in, are the same version in every questionnaire."""
    return hashlib.sha256(words.strip().encode()).hexdigest()[:12]


def recording_allowed(answers: Mapping[str, Given]) -> bool:
    """Recording needs a plain yes; a no to recording does not end the interview."""
    given = answers.get(NOTICE)
    return given is not None and given.value == "yes"
