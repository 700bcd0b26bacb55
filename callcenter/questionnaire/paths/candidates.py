"""Answers worth trying, so that every condition comes out both ways; and whether they are sure to show all that any answer could."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise, permutations
from math import ceil, floor

from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.expressions.meaning import matches
from callcenter.questionnaire.expressions.patterns import sample
from callcenter.questionnaire.paths.distinctions import OWN, SAMPLE_DAY, Distinctions, distinctions_in
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Given

__all__ = ["SAMPLE_DAY", "Mentions", "beside", "candidates", "expressions_of", "shows_all"]

LONGEST_TRIED = 200
MOST_REPEATED = 3
"""Instances that are tried; more of them bring nothing new, unless a condition counts them."""
MOST_SETS, MOST_ORDERED, MOST_SCALE = 64, 4, 101
WRITTEN = {"acknowledge": ("OK",)}
MINUTES = 24 * 60
FIRST_DAY = date(1970, 1, 1)


class Mentions:
    """What the expressions of a questionnaire tell about each answer."""

    def __init__(self, definition: Definition) -> None:
        self.told: dict[str, Distinctions] = {}
        self.allowed: dict[str, Distinctions] = {}
        """What their constraints tell about answers that count instances."""
        self.texts: dict[str, list[str]] = {}
        counts = {block.count.text: block.count for block in definition.blocks.values() if block.count is not None}
        self.counters = {name for count in counts.values() for name in count.names}
        for question in definition.questions:
            for expression in question.relevant:
                self._note("", expression)
            for expression in expressions_of(question)[len(question.relevant) :]:
                self._note(question.name, expression)
        for text, count in counts.items():
            if not re.fullmatch(r"\s*\$\{[^{}]*\}\s*", text):
                self._note("", count)

    def of(self, name: str) -> Distinctions:
        """What is told about the answer to that question."""
        return self.told.get(name) or Distinctions()

    def _note(self, own: str, expression: Expression) -> None:
        noted = self.texts.setdefault(expression.text, [])
        if own in noted:
            return
        noted.append(own)
        for name, told in distinctions_in(expression.text).items():
            if name != OWN or own:
                found = self.allowed if name == OWN and own in self.counters else self.told
                found.setdefault(own if name == OWN else name, Distinctions()).add(told)


def mentions_in(definition: Definition) -> Mentions:
    """What the expressions of a questionnaire tell, worked out once."""
    kept = definition.worked_out
    if "mentions" not in kept:
        kept["mentions"] = Mentions(definition)
    found: Mentions = kept["mentions"]
    return found


def candidates(definition: Definition, question: Question) -> list[Given]:
    """Answers worth trying: every choice, the ends of scales, figures that conditions name, non-answers, and nothing."""
    mentions = mentions_in(definition)
    told = mentions.of(question.name)
    values: Iterable[object]
    if question.type == "select_multiple":
        values = _sets([choice.value for choice in question.choices], told)
    elif question.type == "select_one":
        values = [choice.value for choice in question.choices]
    elif question.type == "rank":
        codes = [choice.value for choice in question.choices]
        values = (
            map(list, permutations(codes)) if told.whole and len(codes) <= MOST_ORDERED else [codes, *([codes[::-1]] if told.whole else [])]
        )
    elif question.type == "range":
        scale = points(question.parameters)
        values = [scale[0], scale[-1], *scale[1:-1]]
    elif question.type in {"integer", "decimal"}:
        allowed = mentions.allowed.get(question.name) or Distinctions()
        values = _counted(told.figures, allowed.figures) if question.name in mentions.counters else _figures(question, told)
    elif question.type in {"date", "datetime"}:
        values = _days(question, told)
    elif question.type == "text":
        values = _written(told)
    elif question.type == "time":
        values = [*dict.fromkeys([*_clocks(told), *(("00:00", "14:30", "23:59") if told.whole else ()), *sorted(told.codes)])]
    else:
        values = WRITTEN.get(question.type, ())
    return [*map(Given, values), *(Given(None, code) for code in question.nonanswers), Given()]


def shows_all(definition: Definition, question: Question) -> bool:
    """Whether the candidates are sure to show whatever any answer to the question could bring about."""
    mentions = mentions_in(definition)
    told, many = mentions.of(question.name), len(question.choices)
    if question.type == "select_multiple":
        return len(_tried_sets([choice.value for choice in question.choices], told)) < MOST_SETS
    if question.type == "rank":
        return not told.whole or many <= MOST_ORDERED
    if question.type == "range":
        return not told.whole or len(points(question.parameters)) < MOST_SCALE
    if question.type == "text":
        return not (told.whole or told.lengths) and len(told.patterns) <= 1 and all(matches(sample(each), each) for each in told.patterns)
    if question.type == "datetime" and told.clocks and told.figures:
        return False  # not every clock is tried on every day
    return question.type not in {"integer", "decimal", "date", "datetime", "time"} or not told.whole


def _sets(codes: list[str], told: Distinctions) -> list[list[str]]:
    """Each alone and all together, then every set that conditions can tell from another."""
    listed = [*([code] for code in codes), *([codes] if len(codes) > 1 else []), *_tried_sets(codes, told)]
    return [list(one) for one in dict.fromkeys(map(tuple, listed))]


def _tried_sets(codes: list[str], told: Distinctions) -> list[list[str]]:
    """Sets that differ in the codes named, or in how many they are where that counts; at most so many."""
    named = [code for code in codes if told.whole or code in told.codes]
    others = [code for code in codes if code not in named]
    more = range(len(others) + 1) if told.counts else range(min(1, len(others)) + 1)
    found: list[list[str]] = []
    for size in range(len(named) + 1):
        for some in combinations(named, size):
            for extra in more:
                chosen = {*some, *others[:extra]}
                found += [[code for code in codes if code in chosen]] if chosen else []
                if len(found) >= MOST_SETS:
                    return found
    return found


def _figures(question: Question, told: Distinctions) -> list[float | int]:
    """Ordinary figures, and the figures on, before and behind each at which a comparison turns."""
    turns = sorted(turn for turn in told.figures if abs(turn) < 1e11)  # larger ones cannot be stored
    found: list[float | int] = [1, 0]
    for turn in turns:
        found += [ceil(turn) - 1, floor(turn), ceil(turn), floor(turn) + 1]
    if question.type == "decimal":
        found += [*turns, *((one + other) / 2 for one, other in pairwise(turns))]
    return list(dict.fromkeys(int(each) if each == int(each) else each for each in [*found, 10, 100]))


def _counted(told: set[float], allowed: set[float]) -> list[int]:
    """Of what counts instances few are tried, and one more for each condition that tells more of them apart."""
    turns = sorted(told | allowed)
    few = [2, 1, 0, *([MOST_REPEATED] if told else [])]
    seen = {_cell(each, turns) for each in few}
    for turn in turns:
        for each in (floor(turn), floor(turn) + 1, ceil(turn) - 1):
            if _cell(each, turns) not in seen and abs(each) < 1e6:  # the engine cuts far before
                seen.add(_cell(each, turns))
                few.append(each)
    return few


def few_instances(definition: Definition, question: Question, standing: list[Given]) -> list[Given]:
    """Of larger counts of instances only those that a condition tells from a smaller one: how many are allowed is no reason to try them."""
    mentions = mentions_in(definition)
    if question.name not in mentions.counters:
        return standing
    turns, kept, seen = sorted(mentions.of(question.name).figures), [], set()
    for given in standing:
        cell = _cell(given.value, turns) if isinstance(given.value, int | float) else None
        if cell is None or given.value <= MOST_REPEATED or cell not in seen:
            kept.append(given)
        seen.add(cell)
    return kept


def _cell(figure: float, turns: Sequence[float]) -> tuple[int, bool]:
    return sum(turn < figure for turn in turns), figure in turns


def _days(question: Question, told: Distinctions) -> list[str]:
    """Days around every day at which a comparison turns, and around today."""
    today = (date.fromisoformat(SAMPLE_DAY.today) - FIRST_DAY).days
    found = ["2022-05-10"]
    for turn in sorted({float(today), *told.figures}):
        try:
            found += [(FIRST_DAY + timedelta(days=day)).isoformat() for day in (ceil(turn) - 1, floor(turn), ceil(turn), floor(turn) + 1)]
        except OverflowError:
            continue
    days = [*dict.fromkeys(found), "1990-01-01", "2035-12-31"]
    if question.type == "date":
        return days
    return [*(f"{day}T09:30" for day in days), *(f"{day}T{clock}" for clock in _clocks(told)[1:] for day in days[:2])]


def _clocks(told: Distinctions) -> list[str]:
    """Half past nine, and the minutes around every time of day at which a comparison turns."""
    turns = [turn * MINUTES for turn in sorted(told.clocks) if -1 < turn < 2]
    near = [minute for turn in turns for minute in (ceil(turn) - 1, floor(turn), ceil(turn), floor(turn) + 1) if 0 <= minute < MINUTES]
    return ["09:30", *(f"{minute // 60:02}:{minute % 60:02}" for minute in dict.fromkeys(near))]


def _written(told: Distinctions) -> list[str]:
    """Texts that patterns find, texts of the lengths that conditions name, texts that it is compared with."""
    samples = sorted(filter(None, map(sample, sorted(told.patterns))))
    lengths = sorted(
        {near for turn in told.lengths for near in (ceil(turn) - 1, floor(turn), floor(turn) + 1) if 0 < near <= LONGEST_TRIED}
    )
    filled = [found + found[-1] * (length - len(found)) for found in samples for length in lengths if len(found) < length]
    figures = [str(near) for turn in sorted(told.figures) for near in (ceil(turn) - 1, floor(turn), floor(turn) + 1)]
    texts = [
        "文字",
        *samples,
        *sorted(told.codes),
        *figures,
        *("文" * length for length in lengths),
        *filled,
        *("1" * length for length in lengths),
    ]
    return [text for text in dict.fromkeys(texts) if text.strip()]


def beside(question: Question) -> list[Expression]:
    """What else is worked out when a question is asked: everything but whether it is."""
    every = (question.constraint, question.required, question.calculation, question.choice_filter, question.prefill)
    return [each for each in every if each is not None]


def expressions_of(question: Question) -> list[Expression]:
    """Every expression of the question, those under which it is asked first."""
    return [*question.relevant, *beside(question), *([question.seed] if question.seed else [])]
