"""The paper as a Word document."""

import io
from datetime import datetime
from typing import Any

from callcenter.questionnaire.printed.form import PrintedForm, PrintedQuestion
from callcenter.questionnaire.printed.wording import Wording

STAMP = datetime(2022, 1, 1)  # noqa: DTZ001  # a fixed date in the file, so that one questionnaire gives one file
FONT = "宋体"


def write_document(form: PrintedForm, version: str, sha256: str) -> bytes:
    """The .docx: head, all questions, place for signatures; `version` says which version it is, in words."""
    from docx import Document  # noqa: PLC0415  # a third of a second, which only who prints should wait
    from docx.oxml.ns import qn  # noqa: PLC0415  # as above

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name = FONT
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.add_heading(_plain(form.title), 0)
    words = form.words
    document.add_paragraph(words.joint.join((version, words("sha256", sha256=sha256))))
    asked = sum(one.number is not None for one in form.questions)
    document.add_paragraph(words("sizes", asked=asked, minutes=form.minutes))
    for one in form.questions:
        _head(document, words, one) if one.number is None else _question(document, words, one)
    _signatures(document, words)
    document.core_properties.created = document.core_properties.modified = STAMP
    document.core_properties.title, document.core_properties.author = _plain(form.title), ""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _head(document: Any, words: Wording, one: PrintedQuestion) -> None:
    if one.ends:
        document.add_paragraph(_plain(f"———【{one.name}】{one.say} ———"))
        return
    document.add_heading(_plain(f"【{one.name}】" + "　".join(each for each in (one.say, one.kind) if each)), min(2 + one.depth, 4))
    if one.asked_if:
        document.add_paragraph(_plain(words("entered_if", one.asked_if)))


def _question(document: Any, words: Wording, one: PrintedQuestion) -> None:
    asked = document.add_paragraph()
    asked.paragraph_format.keep_with_next = True
    asked.add_run(f"{one.number}. ").bold = True
    asked.add_run(_plain(one.say)).bold = True
    asked.add_run(_plain("　" + words.bracketed(f"{one.kind}{words.joint}{one.name}")))
    for name, text in (("asked_if", one.asked_if), ("hint", one.hint), ("allowed", one.allowed)):
        if text:
            document.add_paragraph(_plain(words(name, text)))
    for code, label in one.answers:
        document.add_paragraph(_plain(f"□ {code}　{label}"), style="List Bullet")
    if one.takes_answer:
        document.add_paragraph(words("answer") + "____________________")
    if one.nonanswers:
        document.add_paragraph(words("never_read", "　".join(f"□ {each}" for each in one.nonanswers)))
    if one.notes:
        document.add_paragraph(_plain(words.joint.join(f"{name}{words.colon}{text}" for name, text in one.notes)))


def _signatures(document: Any, words: Wording) -> None:
    document.add_heading(words("approval"), 2)
    table = document.add_table(rows=len(words.signers), cols=4)
    table.style = "Table Grid"
    for row, who in zip(table.rows, words.signers, strict=True):
        for cell, text in zip(row.cells, (who, words("sign"), words("day"), words("opinion")), strict=True):
            cell.text = text


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        letter
        for letter in text
        if (letter >= " " or letter == "\n") and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff"
    )
