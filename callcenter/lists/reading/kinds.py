"""What a file is, told by its content; what is no spreadsheet is refused here."""

import io
import re
import zipfile
import zlib

from callcenter.lists.refusals import ListRefused

MAX_PART = 256 * 2**20
MAX_RATIO = 100
MAX_CELLS = 60_000_000
"""A sheet is held as a full rectangle while it is read: one stray cell far away would fill the memory."""

UNKNOWN = "无法识别的二进制文件"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (
    (b"%PDF", "PDF 文件"),
    (b"{\\rtf", "Word（RTF）文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a]")
_WIDE_CELL = re.compile(rb'\sr="[A-Z]{2,3}\d')
_CELL = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def kind(data: bytes) -> str:
    """`xlsx`, `xls`, `ods` or `text`; anything else is refused with what it is."""
    if data.startswith(b"PK"):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    for start, what in _OTHER:
        if data.startswith(start) and (what != "图片" or _BINARY.search(data[:512])):
            raise ListRefused("unsupported", what)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text"
    _refuse_markup(data)
    if _BINARY.search(data[:8192]):
        raise ListRefused("unsupported", UNKNOWN)
    return "text"


def is_workbook(data: bytes) -> bool:
    """Whether `data` begins as a workbook does, broken or not."""
    return data.startswith((b"PK", _OLE))


def _refuse_markup(data: bytes) -> None:
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"mime-version:") or b"content-type: multipart/related" in start:
        raise ListRefused("unsupported", "网页存档（MHT）")
    if not start.startswith(b"<"):
        return
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start or b"mso-application" in start:
        raise ListRefused("unsupported", "XML 电子表格 2003")
    if re.match(rb"<(!doctype|html|head|meta|body|table|style|script|div|!--)", start):
        raise ListRefused("unsupported", "网页（HTML）")
    if start.startswith(b"<?xml") or re.match(rb"<[a-z][\w:.-]*[\s>/]", start):
        raise ListRefused("unsupported", "网页（HTML）" if b"<html" in start else "XML 文件")


def _ole_kind(data: bytes) -> str:
    if _utf16("EncryptedPackage") in data or _utf16("EncryptionInfo") in data:
        raise ListRefused("encrypted")
    if _utf16("Workbook") in data or _utf16("Book") in data:
        return "xls"
    if _utf16("WordDocument") in data:
        raise ListRefused("unsupported", "Word 文件")
    if _utf16("PowerPoint Document") in data:
        raise ListRefused("unsupported", "PowerPoint 文件")
    raise ListRefused("corrupt", "不是完整的 .xls 文件")


def _zip_kind(data: bytes) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as broken:
        raise ListRefused("corrupt", "压缩结构不完整") from broken
    with archive:
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise ListRefused("encrypted")
        names = {part.filename for part in parts}
        found = _office_kind(archive, names)
        for part in parts:
            if part.file_size > MAX_PART and part.file_size > MAX_RATIO * max(part.compress_size, 1):
                raise ListRefused("bomb", f"{part.file_size // 2**20} MB")
        if found == "xlsx":
            _check_extent(archive, parts)
        return found


def _office_kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names or "xl/_rels/workbook.xml.rels" in names:
        return "xlsx"
    if "content.xml" in names:
        return _open_document(archive, names)
    if any(name.startswith("word/") for name in names):
        raise ListRefused("unsupported", "Word 文件")
    if any(name.startswith("ppt/") for name in names):
        raise ListRefused("unsupported", "PowerPoint 文件")
    if any(name.startswith("xl/") for name in names) or "[Content_Types].xml" in names:
        raise ListRefused("corrupt", "缺少工作簿")
    raise ListRefused("unsupported", "压缩包")


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    manifest = _start_of(archive, "META-INF/manifest.xml", 2**20) if "META-INF/manifest.xml" in names else b""
    if b"encryption-data" in manifest:
        raise ListRefused("encrypted")
    mime = _start_of(archive, "mimetype", 200) if "mimetype" in names else b""
    if mime and b"spreadsheet" not in mime:
        raise ListRefused("unsupported", "文本或演示文档")
    return "ods"


def _start_of(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as broken:
        raise ListRefused("corrupt", "压缩内容有误") from broken


def _check_extent(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Refuse a sheet whose cells reach so far that holding the rectangle would take gigabytes."""
    for part in parts:
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename) and _extent(archive, part.filename) > MAX_CELLS:
            raise ListRefused("bomb", "工作表范围过大")


def _extent(archive: zipfile.ZipFile, name: str) -> int:
    """Rows times columns that the cells of a sheet span, from their references; narrow sheets are not looked through."""
    rows = columns = 0
    try:
        with archive.open(name) as part:
            rest = b""
            while chunk := part.read(1 << 20):
                block = rest + chunk
                if _WIDE_CELL.search(block):
                    for letters, digits in _CELL.findall(block):
                        columns, rows = max(columns, _column(letters)), max(rows, int(digits))
                found = _ROW.findall(block)
                rows = max(rows, int(found[-1])) if found else rows
                rest = block[-64:]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as broken:
        raise ListRefused("corrupt", "压缩内容有误") from broken
    return rows * max(columns, 26)


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place
