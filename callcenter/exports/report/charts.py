"""Charts that Word draws itself (DrawingML), with their table inside: Chinese is readable on any machine, whatever fonts this one has."""

import io
from collections.abc import Sequence
from typing import Any
from xml.sax import saxutils

import xlsxwriter
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from callcenter.exports.sheets import NO_MOMENT, fitting_cell, plain
from callcenter.exports.triple_s import written

CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "Microsoft YaHei"
ACCENT = "0B5CAD"
CM = 360_000

_SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_INLINE = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" {spaces}><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>
<wp:docPr id="{number}" name="chart {number}" descr="{title}"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="{relation}"/></a:graphicData>
</a:graphic>
</wp:inline></w:drawing></w:r>"""


def bars(document: Document, title: str, rows: Sequence[tuple[str, float]], *, percent: bool = True) -> None:
    """A chart of horizontal bars, the first row on top, with its title and values written on it."""
    number = 1 + sum(1 for part in document.part.package.iter_parts() if part.content_type == CHART)
    package = document.part.package
    table = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), WORKBOOK, _workbook(title, rows), package)
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART, b"", package)
    chart._blob = _chart(title, rows, chart.relate_to(table, RELATIONSHIP_TYPE.PACKAGE), percent=percent)
    relation = document.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
    height = int(CM * min(22, 2.5 + 0.75 * len(rows)))
    inline = _INLINE.format(spaces=_SPACES, width=16 * CM, height=height, number=number, title=_quoted(title), relation=relation)
    document.add_paragraph()._p.append(parse_xml(inline))


def _workbook(title: str, rows: Sequence[tuple[str, float]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": NO_MOMENT.replace(tzinfo=None)})
        page = book.add_worksheet("Sheet1")
        page.write_string(0, 1, fitting_cell(plain(title)))
        for line, (name, value) in enumerate(rows, start=1):
            page.write_string(line, 0, fitting_cell(plain(name)))
            page.write_number(line, 1, value)
    return written.getvalue()


def _chart(title: str, rows: Sequence[tuple[str, float]], table: str, *, percent: bool) -> bytes:
    shape = "0.0%" if percent else "General"
    names = "".join(f'<c:pt idx="{at}"><c:v>{_plain(name)}</c:v></c:pt>' for at, (name, _) in enumerate(rows))
    values = "".join(f'<c:pt idx="{at}"><c:v>{value!r}</c:v></c:pt>' for at, (_, value) in enumerate(rows))
    count, last = len(rows), len(rows) + 1
    most = '<c:max val="1"/>' if percent else ""
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<c:chartSpace {_SPACES}><c:roundedCorners val="0"/><c:chart>
<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr>{_looks("defRPr", 1100, bold=True)}</a:pPr><a:r>{_looks("rPr", 1100, bold=True)}<a:t>{_plain(title)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>
<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>
<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>
<c:ser><c:idx val="0"/><c:order val="0"/><c:tx><c:strRef><c:f>Sheet1!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{_plain(title)}</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:spPr><a:solidFill><a:srgbClr val="{ACCENT}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>
<c:dLbls><c:numFmt formatCode="{shape}" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>{_text(900)}<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>
<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache><c:ptCount val="{count}"/>{names}</c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:f>Sheet1!$B$2:$B${last}</c:f><c:numCache><c:formatCode>{shape}</c:formatCode><c:ptCount val="{count}"/>{values}</c:numCache></c:numRef></c:val>
</c:ser><c:gapWidth val="60"/><c:axId val="111"/><c:axId val="222"/></c:barChart>
<c:catAx><c:axId val="111"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{_text(900)}<c:crossAx val="222"/><c:crosses val="autoZero"/></c:catAx>
<c:valAx><c:axId val="222"/><c:scaling><c:orientation val="minMax"/>{most}<c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:numFmt formatCode="{"0%" if percent else "General"}" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="high"/>{_text(900)}<c:crossAx val="111"/><c:crosses val="autoZero"/></c:valAx>
</c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>
<c:externalData r:id="{table}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>
""".encode()  # noqa: E501  # XML of a chart, element by element


def _looks(tag: str, size: int, *, bold: bool = False) -> str:
    weight = ' b="1"' if bold else ' b="0"'
    return f'<a:{tag} lang="zh-CN" sz="{size}"{weight}><a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/></a:{tag}>'


def _text(size: int) -> str:
    return f"<c:txPr><a:bodyPr/><a:p><a:pPr>{_looks('defRPr', size)}</a:pPr><a:endParaRPr/></a:p></c:txPr>"


def _quoted(text: Any) -> str:
    return saxutils.escape(written(text), {'"': "&quot;"})


def _plain(text: Any) -> str:
    return saxutils.escape(written(text))
