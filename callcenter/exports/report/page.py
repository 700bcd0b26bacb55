"""A Word document that sections write to, in fonts that hold Chinese."""

from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from callcenter.exports.sheets import one_line_end
from callcenter.exports.triple_s import written

FONT, LATIN = "Microsoft YaHei", "Arial"


class Page:
    """A document that sections write to."""

    def __init__(self) -> None:
        self.document: Document = docx.Document()
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "List Bullet"):
            _set_font(self.document.styles[name])
        self.document.styles["Normal"].font.size = Pt(10.5)
        paper = self.document.sections[0]
        paper.page_width, paper.page_height = Mm(210), Mm(297)
        paper.left_margin = paper.right_margin = Mm(22)
        _number_pages(paper.footer.paragraphs[0])

    def heading(self, text: str, level: int = 1) -> None:
        """A heading."""
        self.document.add_heading(written(text), level)

    def say(self, text: str) -> None:
        """A paragraph."""
        self.document.add_paragraph(written(text))

    def points(self, texts: Sequence[str]) -> None:
        """A list."""
        for text in texts:
            self.document.add_paragraph(written(text), style="List Bullet")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table with a header that repeats on every page."""
        made = self.document.add_table(rows=1, cols=len(header))
        made.style = "Table Grid"
        for cell, text in zip(made.rows[0].cells, header, strict=True):
            cell.paragraphs[0].add_run(text).bold = True
        made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for row in rows:
            for cell, value in zip(made.add_row().cells, row, strict=True):
                cell.text = "–" if value is None else one_line_end(written(value))
        self.document.add_paragraph()


def _number_pages(place: Any) -> None:
    """The number of each page in the middle of its foot."""
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    place._p.append(field)


def _set_font(style: Any) -> None:
    style.font.name = LATIN
    style.font.color.rgb = RGBColor(0x1F, 0x29, 0x33)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FONT)
    language = style.element.rPr.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        style.element.rPr.append(language)
    language.set(qn("w:eastAsia"), "zh-CN")
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
