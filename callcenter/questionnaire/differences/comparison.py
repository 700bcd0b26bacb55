"""Compare two definitions; decide what an old answer is still worth."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from callcenter.questionnaire.definition import Choice, Definition, Question
from callcenter.questionnaire.differences.catalogue import CHECKED, NONE, WEIGHT, Change, Difference, change
from callcenter.questionnaire.differences.wording import Languages, same_texts
from callcenter.questionnaire.expressions import Expression
from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.nonanswers import NONANSWERS
from callcenter.questionnaire.paths import candidates
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.question_types.number import scale
from callcenter.questionnaire.routing import Course, Given, parted

READ_ALOUD = ("label", "say", "hint", "constraint_message", "required_message")
WIDER = frozenset(
    {("integer", "decimal"), ("integer", "text"), ("decimal", "text"), ("date", "text"), ("time", "text"), ("datetime", "text"),
     ("select_one", "select_multiple"), ("hidden", "calculate")}
)  # fmt: skip
"""Types whose every answer the second one can hold."""
COUNTED_BY = {
    "item": "items", "standard": "standard", "keeps": "keeps", "breaks": "breaks", "core": "core", "recheck": "recheck",
}  # fmt: skip
"""Columns that decide where and how an answer is counted: as the sheet and as a question calls them."""
LONGEST_QUOTED = 60


def compare(old: Definition, new: Definition) -> list[Difference]:
    """Every question of both, in the order of the new version; what was removed comes last."""
    moved, languages = _moved(old, new), Languages(old, new)
    found = []
    for question in new.questions:
        before = old.by_name.get(question.name)
        if before is None:
            changes = [change("D12"), *_renamed(old, languages, question)]
        else:
            changes = [*_changes(languages, before, question), *([moved[question.name]] if question.name in moved else [])]
        found.append(_difference(question.name, question, changes, before, question))
    for question in old.questions:
        if question.name not in new.by_name:
            found.append(_difference(question.name, question, [change("D11")], question, None))
    return found


def carried(differences: list[Difference], new: Definition, answers: Mapping[str, Given]) -> tuple[dict[str, Given], dict[str, str]]:
    """The answers that carry over to the new version, and why each of the others does not (in Chinese)."""
    verdicts = {each.name: each for each in differences}
    kept, left = {}, {}
    for key, given in answers.items():
        verdict = verdicts.get(parted(key)[0])
        if verdict is None or verdict.carries == NONE:
            left[key] = "；".join(each.reason for each in verdict.changes if each.carries == NONE) if verdict else change("D11").reason
        else:
            kept[key] = _as_held_by(new.by_name[parted(key)[0]], given)
    course = Course(new, kept)
    for key in list(kept):
        problem = course.problem_at(key) if verdicts[parted(key)[0]].carries == CHECKED else None
        if problem is not None:
            del kept[key]
            left[key] = problem
    return kept, left


def _as_held_by(question: Question, given: Given) -> Given:
    """The answer as the wider type holds it."""
    if given.value is None:
        return given
    if question.type == "text":
        return Given(as_text(given.value))
    return Given([given.value]) if question.type == "select_multiple" and not isinstance(given.value, list) else given


def _difference(name: str, shown: Question, changes: list[Change], old: Question | None, new: Question | None) -> Difference:
    ordered = sorted(changes or [change("D00")], key=lambda each: -WEIGHT[each.carries])
    title = shown.text("label") or shown.text("say") or name
    return Difference(name, title, tuple(ordered), old.row if old else None, new.row if new else None)


def _changes(languages: Languages, before: Question, now: Question) -> Iterator[Change]:
    yield from _of_type(before, now)
    yield from _of_choices(languages, before, now)
    yield from _of_constraint(languages.old, languages.new, before, now)
    yield from _of_asking(before, now)
    yield from _of_repeats(before, now)
    for column in READ_ALOUD:
        yield from _of_texts(languages, column, before, now)
    for column, of in COUNTED_BY.items():
        was, is_now = _plain(getattr(before, of)), _plain(getattr(now, of))
        if was != is_now:
            yield change("D25", column=column, old=was, new=is_now)


def _of_type(before: Question, now: Question) -> Iterator[Change]:
    if before.type != now.type:
        yield change("D06" if (before.type, now.type) in WIDER else "D05", old=before.type, new=now.type)
    elif now.type == "range" and _scale(before) != _scale(now):
        yield change("D13", old=_scale(before), new=_scale(now))
    was, is_now = f"{before.measure} {before.unit}".strip(), f"{now.measure} {now.unit}".strip()
    if was != is_now:
        yield change("D14", old=was, new=is_now)
    if now.type == "calculate" and _text(before.calculation) != _text(now.calculation):
        yield change("D19", old=_text(before.calculation), new=_text(now.calculation))
    if (before.default, _text(before.prefill)) != (now.default, _text(now.prefill)):
        yield change("D26", old=before.default or _text(before.prefill), new=now.default or _text(now.prefill))


def _of_choices(languages: Languages, before: Question, now: Question) -> Iterator[Change]:
    old, new = {choice.value: choice for choice in before.choices}, {choice.value: choice for choice in now.choices}
    if gone := [choice for code, choice in old.items() if code not in new]:
        yield change("D04", codes=_named(gone))
    if added := [choice for code, choice in new.items() if code not in old]:
        yield change("D03", codes=_named(added))
    if reworded := [
        f"{code}：{was} → {is_now}" for code in new if code in old for was, is_now in _reworded(languages, old[code], new[code])
    ]:
        yield change("D02", codes="；".join(reworded))
    shared = [code for code in old if code in new]
    if shared != [code for code in new if code in old] or before.random != now.random:
        yield change("D24")
    if _text(before.choice_filter) != _text(now.choice_filter):
        yield change("D23", old=_text(before.choice_filter), new=_text(now.choice_filter))


def _reworded(languages: Languages, before: Choice, now: Choice) -> Iterator[tuple[str, str]]:
    """The label in the first language in which it changed."""
    was, is_now = languages.of_old(before.label), languages.of_new(now.label)
    changed = [code for code in [*was, *is_now] if was.get(code) != is_now.get(code)]
    yield from [(was.get(code, "–"), is_now.get(code, "–")) for code in changed[:1]]


def _of_constraint(old: Definition, new: Definition, before: Question, now: Question) -> Iterator[Change]:
    was, is_now = _text(before.constraint), _text(now.constraint)
    if was == is_now:
        return
    if now.constraint is None:
        yield change("D09", old=was, new=is_now)
        return
    refused = _no_longer(old, new, before, now) if _can_be_tried(before, now) else []
    yield change("D07", examples="、".join(refused)) if refused else change("D08", old=was, new=is_now)


def _can_be_tried(before: Question, now: Question) -> bool:
    """Whether the constraints hang on the answer alone, so that examples say something."""
    return before.type == now.type and not (before.judged_by or now.judged_by) and not now.repeats


def _no_longer(old: Definition, new: Definition, before: Question, now: Question) -> list[str]:
    """Examples that could stand in the old version and cannot in the new one."""
    tried = {as_text(given.value): given for given in [*candidates(old, before), *candidates(new, now)] if given.value is not None}
    return [text[:20] for text, given in tried.items() if _stands(old, before, given) and not _stands(new, now, given)][:5]


def _stands(definition: Definition, question: Question, given: Given) -> bool:
    return Course(definition, {question.name: given}).problem_at(question.name) is None


def _of_asking(before: Question, now: Question) -> Iterator[Change]:
    was, is_now = _joined(before.relevant), _joined(now.relevant)
    if was != is_now:
        yield change("D10", old=was, new=is_now)
    if gone := [code for code in before.nonanswers if code not in now.nonanswers]:
        yield change("D15", codes="、".join(NONANSWERS[code][1] for code in gone))
    if added := [code for code in now.nonanswers if code not in before.nonanswers]:
        yield change("D16", codes="、".join(NONANSWERS[code][1] for code in added))
    if _text(before.required) != _text(now.required):
        yield change("D17" if now.required is not None else "D18")


def _of_repeats(before: Question, now: Question) -> Iterator[Change]:
    was, is_now = [block.name for block in before.repeats], [block.name for block in now.repeats]
    if was != is_now:
        yield change("D20", old=" / ".join(was), new=" / ".join(is_now))
        return
    for old, new in zip(before.repeats, now.repeats, strict=True):
        if _text(old.count) != _text(new.count):
            yield change("D21", old=_text(old.count), new=_text(new.count))


def _of_texts(languages: Languages, column: str, before: Question, now: Question) -> Iterator[Change]:
    old, new = languages.of_old(before.texts.get(column, {})), languages.of_new(now.texts.get(column, {}))
    for language in [*old, *(each for each in new if each not in old)]:
        if old.get(language, "") != new.get(language, ""):
            named = languages.name_of(language)
            shown = f"{column}::{named}" if named else column
            yield change("D01", column=shown, old=_short(old.get(language, "")), new=_short(new.get(language, "")))


def _moved(old: Definition, new: Definition) -> dict[str, Change]:
    """Questions of both whose place among those of both is another one."""
    was = [question.name for question in old.questions if question.name in new.by_name]
    is_now = [question.name for question in new.questions if question.name in old.by_name]
    stayed = {
        name
        for part in SequenceMatcher(None, was, is_now, autojunk=False).get_matching_blocks()
        for name in was[part.a : part.a + part.size]
    }
    return {name: change("D22", old=_before(was, name), new=_before(is_now, name)) for name in is_now if name not in stayed}


def _before(names: list[str], name: str) -> str:
    place = names.index(name)
    return names[place - 1] if place else ""


def _renamed(old: Definition, languages: Languages, question: Question) -> list[Change]:
    alike = (
        each for each in old.questions
        if each.name not in languages.new.by_name and each.type == question.type
        and each.texts and same_texts(languages, each.texts, question.texts)
    )  # fmt: skip
    found = next(alike, None)
    return [change("D27", old=found.name)] if found else []


def _named(choices: list[Choice]) -> str:
    return "、".join(f"{choice.value}（{_label(choice)}）" for choice in choices)


def _label(choice: Choice) -> str:
    return in_language(choice.label, "zh")


def _scale(question: Question) -> str:
    try:
        start, end, step = scale(question.parameters)
    except ValueError:
        return " ".join(f"{name}={value}" for name, value in question.parameters.items())
    return f"{start:g}–{end:g}" + (f" ({abs(step):g})" if abs(step) != 1 else "")


def _text(expression: Expression | None) -> str:
    return " ".join(expression.text.split()) if expression else ""


def _joined(conditions: tuple[Expression, ...]) -> str:
    return " and ".join(f"({_text(each)})" if len(conditions) > 1 else _text(each) for each in conditions)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTED else text[: LONGEST_QUOTED - 1] + "…"
