"""Workbooks packed by hand, for what no honest program writes."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_OPEN_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def packed(parts: Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip file of the parts; the mimetype stands bare, as OpenDocument wants it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same parts, each as `change` makes it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return packed([(name, change(name, archive.read(name))) for name in archive.namelist()])


def text_cell(place: str, text: str) -> str:
    """A cell with its text in it."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def line(row: int, *texts: str) -> str:
    """A row of text cells."""
    return f'<row r="{row}">' + "".join(text_cell(f"{'ABCDEFGH'[at]}{row}", text) for at, text in enumerate(texts)) + "</row>"


HEADER = line(1, "企业名称", "联系电话")
GOOD = line(2, "天津某有限公司", "13800000001")


def xlsx(
    rows: str, *, strings: Sequence[str] = (), sheets: int = 1, after: str = "", parts: Sequence[tuple[str, str | bytes]] = ()
) -> bytes:
    """A workbook whose `sheets` all hold the same `rows` (XML), with shared `strings` and any other parts."""
    numbers = range(1, sheets + 1)
    names = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(f'<Relationship Id="rId{n}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
    office = f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/>'
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    held = [("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">' + "".join(f"<si><t>{s}</t></si>" for s in strings) + "</sst>")]
    return packed(
        [
            ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
            ("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}">{office}</Relationships>'),
            ("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{names}</sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'),
            *((f"xl/worksheets/sheet{n}.xml", sheet) for n in numbers),
            *(held if strings else ()),
            *parts,
        ]
    )


def open_row(*texts: str, rows: str = "", columns: str = "") -> str:
    """A row of an OpenDocument sheet; `rows` and `columns` are the repeats it claims."""
    repeated = f' table:number-columns-repeated="{columns}"' if columns else ""
    cells = "".join(f'<table:table-cell office:value-type="string"{repeated}><text:p>{text}</text:p></table:table-cell>' for text in texts)
    times = f' table:number-rows-repeated="{rows}"' if rows else ""
    return f"<table:table-row{times}>{cells}</table:table-row>"


OPEN_HEADER = open_row("企业名称", "联系电话")
OPEN_GOOD = open_row("天津某有限公司", "13800000001")


def ods(rows: str, *, before: str = "") -> bytes:
    """An OpenDocument workbook with one sheet of `rows` (XML); `before` stands before its root."""
    spaces = " ".join(f'xmlns:{name}="{_OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="表">{rows}</table:table></office:spreadsheet></office:body>'
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_OPEN_TYPE}"/>'
    return packed(
        [
            ("mimetype", _OPEN_TYPE),
            ("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{_OPEN}:manifest:1.0">{entry}</manifest:manifest>'),
            ("content.xml", f'<?xml version="1.0"?>{before}<office:document-content {spaces}>{body}</office:document-content>'),
        ]
    )
