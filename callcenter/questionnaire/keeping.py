"""Which choices of a question keep the promise that it is held against: what the columns `keeps` and `breaks` of its row say.

`keeps` names the choices that keep it. All others break it, unless `breaks` names those that do: a choice in neither (not yet due,
does not concern us) then decides nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from callcenter.questionnaire.definition import Question
from callcenter.questionnaire.problems import Problem, problem
from callcenter.questionnaire.said import Said

KEEPS, BREAKS = "keeps", "breaks"
DECIDING = ("select_one", "select_multiple")
"""Types whose choices can keep a promise."""
_APART = re.compile(r"[,，、;；]")


def named(cell: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that a cell names, apart by blanks, or by commas where no code of the list is written so."""
    known = set(codes)
    parts = [part for word in cell.split() for part in ([word] if word in known else _APART.split(word)) if part]
    return tuple(dict.fromkeys(parts))


def problems_of(question: Question) -> Iterator[Problem]:
    """What is wrong with its columns: a place where they mean nothing, codes that the list does not have, a code in both."""
    codes = [choice.value for choice in question.choices]
    for column, given in ((KEEPS, question.keeps), (BREAKS, question.breaks)):
        if given and (why := _no_place(column, question)):
            yield problem("Q041", "survey", question.row, column=column, what=why)
        elif codes:
            for code in given:
                if code not in codes:
                    yield problem("Q019", "survey", question.row, column=column, code=code, what=question.name)
    for code in question.keeps:
        if code in question.breaks:
            yield problem("Q042", "survey", question.row, code=code)
    if codes and question.keeps and not decided(question.keeps, question.breaks, codes)[1]:
        yield problem("Q043", "survey", question.row)


def _no_place(column: str, question: Question) -> Said | None:
    if question.type not in DECIDING:
        return Said(f"题型是 {question.type}", f"the type is {question.type}")
    if not question.standard:
        return Said("没有写 standard", "there is no standard")
    return Said("没有写 keeps", "there is no keeps") if column == BREAKS and not question.keeps else None


def decided(keeps: Sequence[str], breaks: Sequence[str], codes: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the list that keep the promise, and those that break it."""
    if not keeps:
        return (), ()
    kept = tuple(code for code in codes if code in keeps)
    return kept, tuple(code for code in codes if (code in breaks if breaks else code not in keeps))


def kept_by(chosen: Iterable[str], keeps: Iterable[str], breaks: Iterable[str]) -> bool | None:
    """Whether an answer keeps it: one choice that breaks it is enough to break it; None where none of the choices decides."""
    given = set(chosen)
    return False if given & set(breaks) else True if given & set(keeps) else None
