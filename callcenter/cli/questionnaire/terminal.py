"""A questionnaire walked in the terminal: each question asked until its answer can stand."""

from collections.abc import Mapping

import typer

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.languages import ENGLISH, code_of, in_language
from callcenter.questionnaire.nonanswers import NONANSWERS, nonanswer_said
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Given, Moment, Stop, check_answer, choices_in_order, find_route, said_on
from callcenter.questionnaire.said import Said, in_spoken
from callcenter.questionnaire.texts import CASE_FIELDS, Telling, render
from callcenter.questionnaire.walking import read_typed

HOW_TO_ANSWER = {
    "select_multiple": Said("可选多项，编码之间空一格", "several may be chosen: codes with a blank between them"),
    "rank": Said("按顺序写出全部编码，之间空一格", "all codes in order, with a blank between them"),
    "date": Said("如 2022-06-01", "such as 2022-06-01"),
    "time": Said("如 09:30", "such as 09:30"),
    "datetime": Said("如 2022-06-01 09:30", "such as 2022-06-01 09:30"),
    "acknowledge": Said("按回车确认", "Enter confirms"),
    "note": Said("按回车继续", "Enter goes on"),
}
ANSWER = Said("回答", "Answer")


def asked(definition: Definition, language: str, moment: Moment) -> dict[str, Given]:
    """Ask every question on the route here; an answer that cannot stand is asked again."""
    given: dict[str, Given] = {}
    while (route := find_route(definition, given, moment, asking=True)).next is not None:
        stop = route.stops[-1]
        _show(stop, said_on(route, stop.place, language), language)
        given.update({stop.key: _typed(definition, stop, given, moment, language)})
    return given


def _show(stop: Stop, said: Mapping[str, str], language: str) -> None:
    question = stop.question
    if stop.index:
        typer.echo(f"\n[{stop.key}] {render(in_language(question.repeats[-1].label, language), CASE_FIELDS, said)}", err=True)
    typer.echo(f"\n{render(question.text('say', language) or question.text('label', language), CASE_FIELDS, said)}", err=True)
    how = render(question.text("hint", language), CASE_FIELDS, said) or in_spoken(HOW_TO_ANSWER.get(question.type, ""), language)
    if question.type == "range":
        ends = points(question.parameters)
        how = f"{ends[0]:g} – {ends[-1]:g}"
    if how:
        typer.echo(f"  ({how})" if code_of(language) == ENGLISH else f"  （{how}）", err=True)
    for choice in choices_in_order(question, "walk", stop.choices):
        typer.echo(f"  {choice.value}  {render(in_language(choice.label, language), CASE_FIELDS, said)}", err=True)
    for code in question.nonanswers:
        typer.echo(f"  {NONANSWERS[code][0]}  {in_spoken(nonanswer_said(code), language)}", err=True)


def _typed(definition: Definition, stop: Stop, given: dict[str, Given], moment: Moment, language: str) -> Given:
    letters = {NONANSWERS[code][0]: code for code in stop.question.nonanswers}
    while True:
        filled_in = as_text(stop.given.value) if stop.assumed and stop.given else ""
        raw = typer.prompt(in_spoken(ANSWER, language), default=filled_in, show_default=bool(filled_in), err=True).strip()
        answer = Given(None, letters[raw.upper()]) if raw.upper() in letters else _value(stop, raw)
        problem = check_answer(definition, {**given, stop.key: answer}, stop.key, moment, Telling(language))
        if problem is None:
            return answer
        typer.echo(f"  {problem}", err=True)


def _value(stop: Stop, raw: str) -> Given:
    raw = "OK" if stop.question.type == "acknowledge" and not raw else raw
    return Given(read_typed(stop.question, raw.split() if stop.question.type in {"select_multiple", "rank"} else raw))
