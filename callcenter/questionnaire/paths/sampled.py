"""What hangs on answers of which only some can be tried, so that nothing follows from what was not seen."""

import re
from collections.abc import Sequence

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.paths.candidates import expressions_of, mentions_in, shows_all
from callcenter.questionnaire.paths.ways import COUNTS_INSTANCES, Walk, gates_of, read_by, seen_abroad

_CLOCK = re.compile(r"\b(today|now)\s*\(")


def only_sampled(definition: Definition, stuck: Sequence[Walk]) -> frozenset[str]:
    """Questions that are asked or not by such answers, or that lie behind one where ways got stuck."""
    sampled = sampled_gates(definition)
    behind = _behind_stuck(definition, stuck)
    late = {question.name for question in definition.questions[behind:]}
    if not sampled:
        return frozenset(late)
    return frozenset(late | {one.name for one in definition.questions if sampled & _hangs_on(definition, *one.reads)})


def sampled_gates(definition: Definition) -> frozenset[str]:
    """Questions that decide something and of whose answers only some are tried."""
    gates, counters = gates_of(definition), mentions_in(definition).counters
    asked = [question for question in definition.questions if question.asked and question.name in gates]
    found = {question.name for question in asked if not shows_all(definition, question)}
    return frozenset(found | (counters if counters and _instances_matter(definition) else set()))


def hangs_on_the_clock(definition: Definition, name: str) -> bool:
    """Whether the day or the hour decides whether the question is asked: the proof knows one moment only."""
    question = definition.by_name[name]
    behind = [definition.by_name[each] for each in _hangs_on(definition, *question.reads) if each in definition.by_name]
    texts = [each.text for each in question.relevant] + [each.text for one in behind for each in expressions_of(one)]
    return any(_CLOCK.search(text) for text in texts)


def _instances_matter(definition: Definition) -> bool:
    """Whether more instances than are tried could bring about something new."""
    expressions = [each for question in definition.questions for each in read_by(question)]
    counted = any(name in definition.blocks for each in expressions for name in each.names)
    return counted or bool(seen_abroad(definition)) or any(COUNTS_INSTANCES.search(each.text) for each in expressions)


def _behind_stuck(definition: Definition, stuck: Sequence[Walk]) -> int:
    """The place of the first question that ways might pass if more answers were tried to one where they got stuck."""
    places = {question.name: at for at, question in enumerate(definition.questions)}
    names = {walk.route.next.name for walk in stuck if walk.route.next}
    return min((places[name] for name in names if not shows_all(definition, definition.by_name[name])), default=len(places))


def _hangs_on(definition: Definition, *names: str) -> set[str]:
    """These and all that decides whether they are asked and which answers to them stand, step by step."""
    found, left = set(names), list(names)
    while left:
        each = left.pop()
        question = definition.by_name.get(each)
        reads = (*question.reads, *question.judged_by) if question else definition.reads_of(each) or ()
        fresh = {read for read in reads if read not in found}
        found |= fresh
        left += fresh
    return found
