"""Proof before launch: everything wrong with a questionnaire that can be known without reading it to anybody."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from callcenter.questionnaire import times_of_day
from callcenter.questionnaire.definition import Definition, Question
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.keeping import problems_of
from callcenter.questionnaire.languages import CHINESE, code_of
from callcenter.questionnaire.paths import Proof, hangs_on_the_clock, named_choices, prove, shows_all
from callcenter.questionnaire.problems import ERROR, Problem, problem
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.question_types.number import scale
from callcenter.questionnaire.reading import MEASURES, TEXT_COLUMNS, Reading, read_questionnaire
from callcenter.questionnaire.routing import Given, parted
from callcenter.questionnaire.routing.course import MOST_INSTANCES, Course
from callcenter.questionnaire.said import listed
from callcenter.questionnaire.screening import missing
from callcenter.questionnaire.texts import CASE_FIELDS, TextProblem, fields_known, references, render

Cell = tuple[str, int, str]
"""Sheet, row and column."""


def check(document: Any, *, items: frozenset[int] | None = None, screening: tuple[str, ...] = ()) -> list[Problem]:
    """All problems of a document, by row; with `items` its questions name items of that checklist; names of `screening` are missed."""
    judged = (repr(document), items)
    if judged not in _judged:
        if len(_judged) >= MOST_REMEMBERED:
            _judged.clear()
        _judged[judged] = _check(document, items)
    lacking = missing(read_questionnaire(document).definition, screening) if screening else []
    told = [problem("Q040", "survey", 1, what=listed(lacking))] if lacking else []
    return sorted([*_judged[judged], *told], key=_place)


def _place(found: Problem) -> tuple[bool, int, str, str]:
    return found.sheet != "choices", found.row, found.code, found.message


# The same document is judged when it is looked at, loaded and released.
MOST_REMEMBERED = 32
MOST_TOLD = 3
_judged: dict[tuple[str, frozenset[int] | None], list[Problem]] = {}


def _check(document: Any, items: frozenset[int] | None) -> list[Problem]:
    reading = read_questionnaire(document)
    unread = {each.row for each in reading.problems if each.code in {"Q009", "Q020"}}
    found = [*reading.problems, *(each for each in _of_form(reading.definition, items) if each.code != "Q014" or each.row not in unread)]
    if not any(each.severity == ERROR for each in found):
        found += _of_ways(reading.definition)
    return sorted(set(found), key=_place)


def errors(problems: list[Problem]) -> list[Problem]:
    """Those that forbid a release."""
    return [each for each in problems if each.severity == ERROR]


def read_checked(document: Mapping[str, Any]) -> Reading:
    """The definition with all its problems, ways included."""
    reading = read_questionnaire(document)
    return Reading(reading.definition, check(document))


def _of_form(definition: Definition, items: frozenset[int] | None) -> Iterator[Problem]:
    order = {question.name: place for place, question in enumerate(definition.questions)}
    yield from _cycles(definition)
    yield from _blocks(definition, order)
    yield from _promises(definition)
    yield from times_of_day.problems_of(definition)
    choices = {choice.row: choice for question in definition.questions for choice in question.choices if choice.row}
    texts = [
        *(each for question in definition.questions for each in question.texts.values()),
        *(choice.label for choice in choices.values()),
    ]
    languages = sorted({language for each in texts for language in each} - {""})
    own = definition.own_language
    for row, choice in choices.items():
        yield from _missing_languages(("choices", row, "label"), choice.label, languages, own)
        yield from _wordings(definition, ("choices", row, "label"), choice.label)
    for question in definition.questions:
        yield from _references(definition, question, order)
        yield from _texts(definition, question, languages)
        yield from _columns(question, items)


def _expressions(question: Question) -> Iterator[tuple[str, Expression]]:
    for expression in question.relevant:
        yield "relevant", expression
    for column, each in _beside(question):
        if each is not None:
            yield column, each


def _beside(question: Question) -> list[tuple[str, Expression | None]]:
    return [
        ("constraint", question.constraint),
        ("calculation", question.calculation),
        ("required", question.required),
        ("choice_filter", question.choice_filter),
        ("default", question.prefill),
        ("parameters", question.seed),
    ]


def _references(definition: Definition, question: Question, order: Mapping[str, int]) -> Iterator[Problem]:
    for column, expression in _expressions(question):
        for name in expression.names:
            if name in definition.blocks:
                continue
            if name not in order:
                yield problem("Q004", "survey", question.row, column=column, what=name)
            elif column == "relevant" and order[name] > order[question.name] and definition.by_name[name].asked:
                yield problem("Q016", "survey", question.row, what=name)
        for name, code in expression.codes:
            other = definition.by_name.get(name)
            if other and other.choices and code and all(code != choice.value for choice in other.choices):
                yield problem("Q019", "survey", question.row, column=column, code=code, what=name)


def _blocks(definition: Definition, order: Mapping[str, int]) -> Iterator[Problem]:
    for block in definition.blocks.values():
        for name in block.count.names if block.count else ():
            if name not in order and name not in definition.blocks:
                yield problem("Q004", "survey", block.row, column="repeat_count", what=name)
        if block.count is not None and not block.count.names and block.count.whole_in(Course(definition).scope()) > MOST_INSTANCES:
            yield problem("Q032", "survey", block.row, what=block.name, most=MOST_INSTANCES)


def _texts(definition: Definition, question: Question, languages: list[str]) -> Iterator[Problem]:
    if question.asked and not (question.texts.get("label") or question.texts.get("say")):
        yield problem("Q010", "survey", question.row)
    for column in TEXT_COLUMNS:
        texts = question.texts.get(column, {})
        yield from _missing_languages(("survey", question.row, column), texts, languages, definition.own_language)
        yield from _wordings(definition, ("survey", question.row, column), texts)


def _wordings(definition: Definition, cell: Cell, texts: Mapping[str, str]) -> Iterator[Problem]:
    """Placeholders that stand for nothing."""
    sheet, row, column = cell
    for text in texts.values():
        for name in references(text):
            if name not in definition.by_name and name not in definition.blocks:
                yield problem("Q004", sheet, row, column=column, what=name)
        try:
            render(text, CASE_FIELDS, {})
        except TextProblem as bad:
            yield problem("Q015", sheet, row, column=column, what=bad, known=fields_known())


def _missing_languages(cell: Cell, texts: Mapping[str, str], languages: list[str], own: str) -> Iterator[Problem]:
    """Languages in which a text is missing; one without a language is in the form's own."""
    sheet, row, column = cell
    for language in languages if texts else []:
        is_own = code_of(language) == code_of(own or CHINESE)
        if language not in texts and not ("" in texts and is_own):
            yield problem("Q023", sheet, row, column=column, what=language)


def _columns(question: Question, items: frozenset[int] | None) -> Iterator[Problem]:
    if question.type == "calculate" and question.calculation is None:
        yield problem("Q014", "survey", question.row)
    if question.type == "range":
        try:
            start, end, _ = scale(question.parameters)
            # a scale told downwards is meant only where its step says so
            if start > end and not question.parameters.get("step", "").startswith("-"):
                raise ValueError(f"start={start:g} end={end:g}")
        except ValueError as bad:
            yield problem("Q013", "survey", question.row, what=bad)
    if question.core and question.required is None:
        yield problem("Q028", "survey", question.row, what=question.name)
    if question.measure and question.measure not in MEASURES:
        yield problem("Q018", "survey", question.row, what=question.measure, known=listed(MEASURES))
    if question.constraint is not None and not question.text("constraint_message"):
        yield problem("Q021", "survey", question.row)
    for item in question.items:
        if items is not None and item not in items:
            yield problem("Q022", "survey", question.row, what=item)
    yield from problems_of(question)


def _cycles(definition: Definition) -> Iterator[Problem]:
    """A question whose condition or calculation comes back to itself."""
    done: set[str] = set()
    for start in definition.questions:
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start.name, iter(start.reads))] if start.name not in done else []
        while stack:
            name, left = stack[-1]
            if name not in path:
                path.append(name)
            following = next((each for each in left if definition.reads_of(each) is not None and each not in done), None)
            if following is None:
                done.add(name)
                path.pop()
                stack.pop()
            elif following in path:
                row = (definition.by_name.get(following) or definition.blocks[following]).row
                yield problem("Q008", "survey", row, what=" → ".join([*path[path.index(following) :], following]))
            else:
                stack.append((following, iter(definition.reads_of(following) or ())))


def _of_ways(definition: Definition) -> Iterator[Problem]:
    proof = prove(definition)
    yield from _never(definition, proof)
    for question in definition.questions:
        if question.asked and question.name not in proof.passed:
            sure = proof.sure_of(question.name) and not hangs_on_the_clock(definition, question.name)
            yield problem("Q012" if sure else "Q033", "survey", question.row, what=question.name)
    unchoosable = {stop.question.name for walk in proof.stuck if not (stop := walk.route.stops[-1]).choices and stop.question.choices}
    for name in {walk.route.next.name for walk in proof.stuck if walk.route.next} - unchoosable:
        yield _unmet(definition, definition.by_name[name])
    for name, answers in proof.emptied.items():
        question = definition.by_name[name]
        yield problem("Q038" if name in unchoosable else "Q039", "survey", question.row, what=name, way=_way(question, answers))


def _way(question: Question, answers: Mapping[str, Given]) -> str:
    """The answers of a way that a question looks at; the last ones where it looks at none itself."""
    told = {key: given.nonanswer or as_text(given.value) or "''" for key, given in answers.items()}
    read = {key: text for key, text in told.items() if parted(key)[0] in question.reads} or dict(list(told.items())[-MOST_TOLD:])
    return ", ".join(f"{key} = {text}" for key, text in read.items()) or "–"


def _unmet(definition: Definition, question: Question) -> Problem:
    """No answer that was tried can stand; an error only where these are sure to show all."""
    return problem("Q025" if shows_all(definition, question) else "Q037", "survey", question.row)


def _never(definition: Definition, proof: Proof) -> Iterator[Problem]:
    """What no way did: leave a question out that has a condition, choose what a condition names, satisfy a constraint."""
    if not proof.all_tried:
        return
    for question in definition.questions:
        if question.name in proof.passed and _always_asked(question, proof):
            yield problem("Q034", "survey", question.row, what=question.name)
        if (
            question.constraint is not None
            and question.name in proof.passed - proof.valued - set(proof.emptied)
            and question.name in proof.tried
        ):
            yield _unmet(definition, question)
    for name, code in named_choices(definition):
        question = definition.by_name[name]
        if (name, code) not in proof.chosen and name in proof.passed and proof.sure_of(name) and shows_all(definition, question):
            yield problem("Q035", "survey", question.row, what=name, code=code)


def _always_asked(question: Question, proof: Proof) -> bool:
    """Whether no way leaves it out although it has a condition of its own."""
    own = len(question.relevant) > len(question.path[-1].conditions if question.path else ())
    outcomes = proof.outcomes.get(question.name)
    return bool(own and question.asked and outcomes and proof.sure_of(question.name) and all(outcome[-1] for outcome in outcomes))


def _promises(definition: Definition) -> Iterator[Problem]:
    """A promise that is read out before what really happened was asked leads the answer."""
    for place, measured in enumerate(definition.questions):
        if not measured.standard or not (measured.measure or measured.keeps):
            continue
        for question in definition.questions[: place + 1]:
            named = next((each for each in _said_of(measured.standard) if each in re.sub(r"\s", "", question.text("say"))), None)
            if named:
                yield problem("Q036", "survey", question.row, what=named, name=measured.name)


def _said_of(standard: str) -> list[str]:
    """How a promise would be recognised in speech: its own words, and its figures with their units."""
    words = re.sub(r"\s", "", standard)
    own = re.split(r"[:：]", words)[-1]
    figures = re.findall(r"\d+(?:\.\d+)?个?(?:工作日|自然日|小时|分钟|环节|天|日|元|次|份|件)", words)
    return [*([own] if len(own) >= 6 and re.search(r"\d", own) else []), *figures]


def minutes_read_aloud(definition: Definition, names: set[str] | None = None) -> float:
    """About how long the questions take: 240 characters a minute read, 4 seconds to answer each."""
    asked = [question for question in definition.questions if question.asked and (names is None or question.name in names)]
    spoken = sum(len(re.sub(r"\{\{.*?\}\}|\$\{.*?\}", "某某公司", question.text("say") or question.text("label"))) for question in asked)
    return spoken / 240 + sum(4 for question in asked if question.type != "note") / 60
