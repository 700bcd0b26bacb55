"""The paper as a Word document."""

import io
from datetime import datetime
from typing import Any

from callcenter.questionnaire.printed.form import PrintedForm, PrintedQuestion

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
    document.add_paragraph(f"{version}；内容指纹（SHA-256）{sha256}")
    asked = sum(one.number is not None for one in form.questions)
    document.add_paragraph(f"共 {asked} 题，全部念完约 {form.minutes:.0f} 分钟。选项前的编码只供记录，不念出来。")
    for one in form.questions:
        _head(document, one) if one.number is None else _question(document, one)
    _signatures(document)
    document.core_properties.created = document.core_properties.modified = STAMP
    document.core_properties.title, document.core_properties.author = _plain(form.title), ""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _head(document: Any, one: PrintedQuestion) -> None:
    document.add_heading(_plain(f"【{one.name}】" + "　".join(each for each in (one.kind, one.say) if each)), min(2 + one.depth, 4))
    if one.asked_if:
        document.add_paragraph(_plain(f"只在以下情况进入：{one.asked_if}"))


def _question(document: Any, one: PrintedQuestion) -> None:
    asked = document.add_paragraph()
    asked.paragraph_format.keep_with_next = True
    asked.add_run(f"{one.number}. ").bold = True
    asked.add_run(_plain(one.say)).bold = True
    asked.add_run(_plain(f"　（{one.kind}；{one.name}）"))
    for before, text in (("只在以下情况问：", one.asked_if), ("提示：", one.hint), ("可接受的回答：", one.allowed)):
        if text:
            document.add_paragraph(_plain(before + text))
    for code, label in one.answers:
        document.add_paragraph(_plain(f"□ {code}　{label}"), style="List Bullet")
    if not one.answers and one.kind[:2] not in {"只念", "确认"}:
        document.add_paragraph("回答：____________________")
    if one.nonanswers:
        document.add_paragraph("不念出来：" + "　".join(f"□ {each}" for each in one.nonanswers))
    if one.notes:
        document.add_paragraph(_plain("；".join(f"{name}：{text}" for name, text in one.notes)))


def _signatures(document: Any) -> None:
    document.add_heading("审定", 2)
    table = document.add_table(rows=3, cols=4)
    table.style = "Table Grid"
    for row, who in zip(table.rows, ("委托单位", "评估机构", "话务中心"), strict=True):
        for cell, text in zip(row.cells, (who, "签字：", "日期：", "意见：□ 同意　□ 修改后再送"), strict=True):
            cell.text = text


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        letter
        for letter in text
        if (letter >= " " or letter == "\n") and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff"
    )
