"""The item blocks of a bundle: in which order they are asked, and what is asked once for all of them. Pure."""

import hashlib
from collections.abc import Iterable

from callcenter.questionnaire.definition import Definition, Question


def order(cases: Iterable[tuple[int, str]]) -> list[int]:
    """Case ids in the order of their blocks, from (id, unit key): by a hash of both, the same in every call to the enterprise."""
    return [case_id for case_id, _ in sorted(cases, key=lambda case: (_seeded(*case), case[0]))]


def asked_once(one: Definition, other: Definition) -> frozenset[str]:
    """Names of the questions that both ask once for an enterprise, in a form in which the answer of one can stand in the other."""
    return frozenset(
        question.name
        for question in one.questions
        if question.once and question.name in other.by_name and _alike(question, other.by_name[question.name])
    )


def _alike(one: Question, other: Question) -> bool:
    codes = [{choice.value for choice in question.choices} for question in (one, other)]
    return bool(other.once) and one.type.split()[0] == other.type.split()[0] and codes[0] == codes[1]


def _seeded(case_id: int, unit_key: str) -> str:
    return hashlib.sha256(f"{unit_key}|block|{case_id}".encode()).hexdigest()
