"""A questionnaire walked in the terminal: each question asked until its answer can stand."""

import typer

from callcenter.questionnaire.definition import NONANSWERS, Definition
from callcenter.questionnaire.languages import in_language
from callcenter.questionnaire.question_types import as_text
from callcenter.questionnaire.question_types.number import points
from callcenter.questionnaire.routing import Given, Moment, Stop, check_answer, choices_in_order, find_route, parted
from callcenter.questionnaire.texts import CASE_FIELDS, render
from callcenter.questionnaire.walking import read_typed

HOW_TO_ANSWER = {
    "select_multiple": "可选多项，编码之间空一格",
    "rank": "按顺序写出全部编码，之间空一格",
    "date": "如 2022-06-01",
    "time": "如 09:30",
    "datetime": "如 2022-06-01 09:30",
    "acknowledge": "按回车确认",
    "note": "按回车继续",
}


def asked(definition: Definition, language: str, moment: Moment) -> dict[str, Given]:
    """Ask every question on the route here; an answer that cannot stand is asked again."""
    given: dict[str, Given] = {}
    while (route := find_route(definition, given, moment, asking=True)).next is not None:
        stop = route.stops[-1]
        _show(stop, given, language)
        given.update({stop.key: _typed(definition, stop, given, moment)})
    return given


def _show(stop: Stop, given: dict[str, Given], language: str) -> None:
    question = stop.question
    said = {parted(name)[0]: as_text(each.value) for name, each in given.items() if each.value is not None}
    if stop.index:
        typer.echo(f"\n[{stop.key}] {in_language(question.repeats[-1].label, language)}", err=True)
    typer.echo(f"\n{render(question.text('say', language) or question.text('label', language), CASE_FIELDS, said)}", err=True)
    how = render(question.text("hint", language), CASE_FIELDS, said) or HOW_TO_ANSWER.get(question.type, "")
    if question.type == "range":
        ends = points(question.parameters)
        how = f"{ends[0]:g} – {ends[-1]:g}"
    if how:
        typer.echo(f"  （{how}）", err=True)
    for choice in choices_in_order(question, "walk", stop.choices):
        typer.echo(f"  {choice.value}  {render(in_language(choice.label, language), CASE_FIELDS, said)}", err=True)
    for code in question.nonanswers:
        typer.echo(f"  {NONANSWERS[code][0]}  {NONANSWERS[code][1]}", err=True)


def _typed(definition: Definition, stop: Stop, given: dict[str, Given], moment: Moment) -> Given:
    letters = {NONANSWERS[code][0]: code for code in stop.question.nonanswers}
    while True:
        filled_in = as_text(stop.given.value) if stop.assumed and stop.given else ""
        raw = typer.prompt("回答", default=filled_in, show_default=bool(filled_in), err=True).strip()
        answer = Given(None, letters[raw.upper()]) if raw.upper() in letters else _value(stop, raw)
        problem = check_answer(definition, {**given, stop.key: answer}, stop.key, moment)
        if problem is None:
            return answer
        typer.echo(f"  {problem}", err=True)


def _value(stop: Stop, raw: str) -> Given:
    raw = "OK" if stop.question.type == "acknowledge" and not raw else raw
    return Given(read_typed(stop.question, raw.split() if stop.question.type in {"select_multiple", "rank"} else raw))
