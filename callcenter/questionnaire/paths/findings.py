"""What no way did."""

from collections.abc import Iterator
from itertools import combinations, product

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.paths.candidates import beside
from callcenter.questionnaire.paths.proof import Proof, conditions_of
from callcenter.questionnaire.said import Said


def named_choices(definition: Definition) -> list[tuple[str, str]]:
    """Question and code wherever a condition names a choice."""
    expressions = [each for question in definition.questions for each in (*question.relevant, *beside(question))]
    named = {pair for expression in expressions for pair in expression.codes}
    return sorted((name, code) for name, code in named if code and name in definition.by_name and definition.by_name[name].choices)


def not_reached(definition: Definition, proof: Proof) -> list[dict[str, str | int | bool]]:
    """What no way did: questions never asked, conditions never true or never false, pairs of them, choices never chosen.

    `sure` says whether that is proved, or only was not seen where not every answer can be tried.
    """
    found: list[tuple[Question, Said]] = []
    for question in definition.questions:
        if question.asked and question.name not in proof.passed:
            found.append((question, Said("从未问到", "never asked")))
        found += [(question, what) for what in _outcomes_missing(question, proof.outcomes.get(question.name, set()))]
    chosen = [(name, code) for name, code in named_choices(definition) if (name, code) not in proof.chosen]
    found += [(definition.by_name[name], Said(f"从未选到“{code}”", f"“{code}” never chosen")) for name, code in chosen]
    return [{"question": each.name, "row": each.row, "what": what, "sure": proof.sure_of(each.name)} for each, what in found]


def _outcomes_missing(question: Question, outcomes: set[tuple[bool, ...]]) -> Iterator[Said]:
    texts = [text for text, _ in conditions_of(question)]
    said = {True: Said("成立", "true"), False: Said("不成立", "false")}
    if not texts or not outcomes:
        return
    for wanted in (True, False):
        if all(outcome[-1] != wanted for outcome in outcomes):
            yield Said(f"relevant 从未{said[wanted]}", f"relevant never {said[wanted].english}")
    for (one, first), (other, second) in combinations(enumerate(texts), 2):
        for pair in product((True, False), repeat=2):
            if all((outcome[one], outcome[other]) != pair for outcome in outcomes):
                yield Said(
                    f"从未同时：{first} {said[pair[0]]}，{second} {said[pair[1]]}",
                    f"never at once: {first} {said[pair[0]].english}, {second} {said[pair[1]].english}",
                )
