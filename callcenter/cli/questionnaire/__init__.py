"""Questionnaires on people's own files: prove one, convert one, walk one. Needs no database."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from callcenter import clock
from callcenter.cli.questionnaire.terminal import asked
from callcenter.errors import InvalidInput, Refused
from callcenter.questionnaire import differences
from callcenter.questionnaire.checks import check as problems_of
from callcenter.questionnaire.checks import errors
from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.documents import is_workbook, read_document, remarks_on
from callcenter.questionnaire.paths import not_reached, prove
from callcenter.questionnaire.printed import printed
from callcenter.questionnaire.printed.document import write_document
from callcenter.questionnaire.problems import Problem
from callcenter.questionnaire.reading import read_questionnaire
from callcenter.questionnaire.routing import Given, Moment
from callcenter.questionnaire.said import english_of
from callcenter.questionnaire.screening import names_looked_at
from callcenter.questionnaire.texts import Telling
from callcenter.questionnaire.walking import read_answers
from callcenter.questionnaire.walking import walk as walk_over
from callcenter.questionnaire.workbooks import write_workbook, write_yaml
from callcenter.studies.phases import FIELD_ZONE

app = typer.Typer(no_args_is_help=True, help="Questionnaires. Example: callcenter questionnaire check my_form.yaml")

File = Annotated[Path, typer.Argument(metavar="FILE", help="A questionnaire: .xlsx, or YAML with survey, choices, settings.")]


Language = Annotated[str, typer.Option("--language", help="A language of the questionnaire, by name or code: English, en.")]


@app.command()
def check(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list on stdout.")] = False,
    english: Annotated[bool, typer.Option("--english", help="Messages in English.")] = False,
) -> None:
    """Print everything that is wrong with a questionnaire: where, what, and what to do. Exit 1 where it cannot be released.

    Example: callcenter questionnaire check questionnaires/tianjin-2022/opening_business.yaml
    """
    screening = names_looked_at({}) if (file.parent / "study.yaml").is_file() else ()
    found = [*problems_of(_document(file), screening=screening), *remarks_on(file.name, _bytes(file))]
    if as_json:
        print(json.dumps([each.as_json("en" if english else "zh") for each in found], ensure_ascii=False))
    else:
        _list([each.in_english() for each in found] if english else found, english)
    if errors(found):
        raise typer.Exit(1)


@app.command()
def ways(
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    english: Annotated[bool, typer.Option("--english", help="What is missing in English.")] = False,
) -> None:
    """Follow every way through a questionnaire and list what none of them does: questions, conditions, pairs of conditions, choices.

    Example: callcenter questionnaire ways questionnaires/tianjin-2022/opening_business.yaml
    """
    definition = _sound(file)
    proof = prove(definition)
    missing = [each | {"what": english_of(each["what"])} if english else each for each in not_reached(definition, proof)]
    if as_json:
        found = {"stands": proof.stands, "all_tried": proof.all_tried, "reached": sorted(proof.passed), "not_reached": missing}
        print(json.dumps(found, ensure_ascii=False))
        return
    if english:
        print(f"{proof.stands} forks walked, {'all tried' if proof.all_tried else 'not all tried'}; {len(proof.passed)} questions asked.")
    else:
        print(f"走过 {proof.stands} 处岔口，{'全部试完' if proof.all_tried else '没有试完'}；问到 {len(proof.passed)} 道题。")
    for each in missing:
        print(_missing(each, english))


def _missing(each: Mapping[str, Any], english: bool) -> str:
    if english:
        unsure = "" if each["sure"] else " (not proved: not every answer can be tried)"
        return f"row {each['row']} {each['question']}: {each['what']}{unsure}."
    unsure = "" if each["sure"] else "（没有证明：不是所有回答都能试到）"
    return f"第 {each['row']} 行 {each['question']}：{each['what']}{unsure}。"


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A questionnaire: .xlsx or .yaml.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The same in the other spelling: .yaml or .xlsx.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Turn a workbook into YAML or YAML into a workbook, without losing a cell or the order.

    Example: callcenter questionnaire convert my_form.xlsx my_form.yaml
    """
    document = _document(source)
    if not isinstance(document, dict):
        raise Refused("questionnaire_empty", "问卷文件 {file} 里没有 survey、choices、settings。", file=source.name)
    if not is_workbook(target.name) and target.suffix.lower() not in {".yaml", ".yml"}:
        raise InvalidInput("wrong_use", "不知道 {file} 是什么格式：请写成 .xlsx 或 .yaml。", file=target.name)
    made = write_workbook(source.name, document) if is_workbook(target.name) else write_yaml(document).encode()
    _write(target, made)
    rows = {str(sheet): len(rows) if isinstance(rows, list) else 1 for sheet, rows in document.items()}
    print(json.dumps({"written": str(target), "rows": rows}, ensure_ascii=False) if as_json else f"已写入 {target}。")


@app.command()
def walk(
    file: File,
    answers: Annotated[
        Path | None, typer.Option(metavar="A.json", help='{"q": value, "multi": ["a"], "x": {"nonanswer": "refused"}}')
    ] = None,
    language: Language = "",
    as_json: Annotated[bool, typer.Option("--json", help="Always so with --answers.")] = False,  # noqa: ARG001
) -> None:
    """Walk a questionnaire in the terminal, or over a file of answers, whose route is printed as JSON.

    Example: callcenter questionnaire walk my_form.yaml --answers answers.json
    """
    definition = _sound(file)
    spoken = _spoken(definition, language)
    moment = _moment()
    if answers is None:
        print(json.dumps(walk_over(definition, asked(definition, spoken, moment), moment, Telling(spoken)), ensure_ascii=False))
        return
    print(json.dumps(walk_over(definition, _given(definition, answers), moment, Telling(spoken)), ensure_ascii=False))


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The version that answers were given to.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The version that they should carry over to.")],
    answers: Annotated[Path | None, typer.Option(metavar="A.json", help="Answers to OLD: tell which of them carry over.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    english: Annotated[bool, typer.Option("--english", help="Reasons in English.")] = False,
) -> None:
    """Compare two versions, question by question: what changed, and whether old answers carry over (all, checked, none, new).

    Example: callcenter questionnaire compare my_form.yaml my_form_2.yaml
    """
    before, now, language = _sound(old), _sound(new), "en" if english else "zh"
    found, languages = differences.compare(before, now), differences.Languages(before, now)
    over = _carried(found, before, now, answers) if answers else {}
    if as_json:
        spoken = {"added": languages.added, "removed": languages.removed}
        print(json.dumps({"questions": [each.as_json(language) for each in found], "languages": spoken, **over}, ensure_ascii=False))
        return
    for name, told in (("新增语言", languages.added), ("删去语言", languages.removed)):
        if told:
            print(f"{name if not english else {'新增语言': 'languages added', '删去语言': 'languages removed'}[name]}: {', '.join(told)}")
    for each in (each for each in found if not each.same):
        for change in each.changes:
            print(f"{each.name}: {change.carries} {change.number} {change.said(language)}")
    same = sum(each.same for each in found)
    print(f"{same} of {len(found)} questions are the same." if english else f"{len(found)} 道题中 {same} 道没有变化。")
    if over:
        print(json.dumps(over, ensure_ascii=False))


@app.command("print")
def print_out(
    file: File,
    out: Annotated[Path, typer.Argument(metavar="OUT.docx", help="The Word document to write.")],
    language: Language = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Print a questionnaire for approval: every text read aloud, answers with codes, routing in words, place for signatures.

    Example: callcenter questionnaire print my_form.yaml my_form.docx
    """
    if out.suffix.lower() != ".docx":
        raise InvalidInput("wrong_use", "不知道 {file} 是什么格式：请写成 .docx。", file=out.name)
    definition = _sound(file)
    digest = sha256(json.dumps(_document(file), ensure_ascii=False, default=str).encode()).hexdigest()
    form = printed(definition, _spoken(definition, language))
    _write(out, write_document(form, form.words("version", version=definition.settings.get("version") or "–"), digest))
    count = sum(question.asked for question in definition.questions)
    print(json.dumps({"written": str(out), "questions": count, "sha256": digest}, ensure_ascii=False) if as_json else f"已写入 {out}。")


def _spoken(definition: Definition, wanted: str) -> str:
    """The language of the questionnaire that is meant."""
    found = definition.language_called(wanted)
    if found is None:
        known = "、".join(definition.languages) or "–"
        raise InvalidInput("wrong_use", "问卷没有语言“{language}”：有 {known}。", language=wanted, known=known)
    return found


def _write(target: Path, data: bytes) -> None:
    """Whole or not at all."""
    if not target.parent.is_dir():
        raise InvalidInput("missing_file", "没有文件夹 {folder}：请先建好它，或写到别处。", folder=target.parent)
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(target)


def _carried(found: list[differences.Difference], old: Definition, new: Definition, answers: Path) -> dict[str, Any]:
    kept, left = differences.carried(found, new, _given(old, answers))
    values = {key: {"nonanswer": given.nonanswer} if given.nonanswer else given.value for key, given in kept.items()}
    return {"carried": values, "not_carried": left}


def _given(definition: Definition, file: Path) -> dict[str, Given]:
    try:
        return read_answers(definition, _answers(file))
    except ValueError as bad:
        raise InvalidInput("answers_not_usable", "{why}：请改正回答文件。", why=str(bad)) from bad


def _sound(file: Path) -> Definition:
    """The definition of a questionnaire that has no errors."""
    document = _document(file)
    refused = errors(problems_of(document))
    if refused:
        raise Refused(
            "questionnaire_problems",
            "问卷 {file} 有 {count} 处错误：请先用 callcenter questionnaire check 查看并改正。",
            file=file.name,
            count=len(refused),
        )
    return read_questionnaire(document).definition


def _moment() -> Moment:
    now = clock.now().astimezone(FIELD_ZONE)
    return Moment(now.date().isoformat(), now.isoformat())


def _list(found: list[Problem], english: bool) -> None:
    for each in found:
        if english:
            print(f"{each.severity} {each.code} {each.sheet} row {each.row}: {each.message}. {each.fix}.")
            continue
        print(f"{'错误' if each.severity == 'error' else '提醒'} {each.code} {each.sheet} 第 {each.row} 行：{each.message}。{each.fix}。")
    if not found:
        print("No problems found." if english else "没有发现问题。")


def _bytes(file: Path) -> bytes:
    if not file.is_file():
        raise InvalidInput("missing_file", "找不到文件 {file}：请检查路径。", file=file)
    return file.read_bytes()


def _document(file: Path) -> Any:
    return read_document(file.name, _bytes(file))


def _answers(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(_bytes(file).decode("utf-8-sig"))
    except (ValueError, RecursionError) as bad:
        raise InvalidInput("answers_not_json", "回答文件 {file} 不是有效的 JSON：请检查引号和逗号。", file=file.name) from bad
    if not isinstance(document, dict):
        raise InvalidInput("answers_not_usable", "回答文件应是 {{题目: 回答}} 的形式。", file=file.name)
    return document
